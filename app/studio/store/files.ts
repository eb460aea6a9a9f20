// Sorts what was picked or dropped into a model folder and data files. File handles only; nothing is read here.

export interface PathFile {
  /** Relative to what was dropped, with forward slashes. */
  readonly path: string
  readonly file: File
}

export interface SortedFiles {
  readonly model?: { readonly name: string; readonly files: readonly PathFile[] }
  readonly tables: readonly { readonly file: File; readonly role: 'train' | 'test' }[]
}

const TABLE = /\.(csv|tsv)$/i

/** Table files with "test" in their name are for scoring, all others for training. */
export function roleOf(name: string): 'train' | 'test' {
  return /test/i.test(name) ? 'test' : 'train'
}

/**
 * The folder that holds config.json is the model's; without one, all that is no table is, and the engine says
 * what is missing. Tables are data wherever they lie.
 */
export function sortFiles(files: readonly PathFile[], folder = 'model'): SortedFiles {
  const tables = files
    .filter(({ path }) => TABLE.test(path))
    .map(({ file }) => ({ file, role: roleOf(file.name) }))
  const others = files.filter(({ path }) => !TABLE.test(path))
  if (others.length === 0) return { tables }
  const config = others
    .map(({ path }) => path)
    .filter((path) => /(^|\/)config\.json$/.test(path))
    .sort((a, b) => a.split('/').length - b.split('/').length)[0]
  const root = config === undefined ? commonFolder(others) : config.slice(0, -'config.json'.length)
  const inside = others
    .filter(({ path }) => path.startsWith(root))
    .map(({ path, file }) => ({ path: path.slice(root.length), file }))
  const name = root.split('/').filter(Boolean).at(-1) ?? folder
  return { model: { name, files: inside }, tables }
}

function commonFolder(files: readonly PathFile[]): string {
  const [first] = files
  const top = first?.path.includes('/') ? `${first.path.split('/')[0]}/` : ''
  return files.every(({ path }) => path.startsWith(top)) ? top : ''
}

/** Files of a folder input or of a plain file input. */
export function pickedFiles(list: FileList): readonly PathFile[] {
  return Array.from(list, (file) => ({ path: file.webkitRelativePath || file.name, file }))
}

/**
 * Everything in a drop, folders walked to their ends.
 * Entries must be taken before the first wait: the browser empties the list after the event.
 */
export async function droppedFiles(items: DataTransferItemList): Promise<readonly PathFile[]> {
  const entries = Array.from(items, (item) => item.webkitGetAsEntry()).filter((entry) => entry !== null)
  const nested = await Promise.all(entries.map(walk))
  return nested.flat()
}

async function walk(entry: FileSystemEntry): Promise<readonly PathFile[]> {
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) =>
      (entry as FileSystemFileEntry).file(resolve, reject),
    )
    return [{ path: entry.fullPath.replace(/^\//, ''), file }]
  }
  const children = await listFolder(entry as FileSystemDirectoryEntry)
  const nested = await Promise.all(children.map(walk))
  return nested.flat()
}

/** A reader hands out about a hundred entries a call, and an empty list at the end. */
async function listFolder(folder: FileSystemDirectoryEntry): Promise<readonly FileSystemEntry[]> {
  const reader = folder.createReader()
  const found: FileSystemEntry[] = []
  for (;;) {
    const batch = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    )
    if (batch.length === 0) return found
    found.push(...batch)
  }
}
