// Sorts what was picked or dropped into a model folder and data files. File handles only; nothing is read but what may be a recipe.
import { type DataRole, modelRoot } from '../../engine/protocol.ts'

export interface PathFile {
  /** Relative to what was dropped, with forward slashes. */
  readonly path: string
  readonly file: File
}

export interface SortedFiles {
  readonly model?: { readonly name: string; readonly files: readonly PathFile[] }
  /** At most one a role. */
  readonly tables: readonly { readonly file: File; readonly role: DataRole }[]
  /** Names of tables whose role another one has. */
  readonly leftOut?: readonly string[]
}

const TABLE = /\.(csv|tsv|tab|jsonl|ndjson|parquet)$/i
const TABLE_OR_JSON = /\.(csv|tsv|tab|jsonl|ndjson|parquet|json)$/i
/** Names of validation tables: for scoring where none is named a test, since the page holds rows out by itself. */
const HELD_OUT = /(^|[^a-z])(val|valid|validation|dev|eval)([^a-z]|$)/i
const MODEL_JSON = /(^|\/)(config|tokenizer|recipe)\.json$/

/** Table files with "test" in their name are for scoring, all others for training. */
export function roleOf(name: string): DataRole {
  return /test/i.test(name) ? 'test' : 'train'
}

/** One table for training and one for scoring; the first by its name, and the rest by name. */
function chooseTables(files: readonly File[]): Pick<SortedFiles, 'tables' | 'leftOut'> {
  const isTest = ({ name }: File) => roleOf(name) === 'test'
  const held = files.filter((file) => !isTest(file) && HELD_OUT.test(file.name))
  const others = files.filter((file) => !isTest(file) && !held.includes(file))
  const train = others[0] ?? held[0]
  const test = files.find(isTest) ?? held.find((file) => file !== train)
  const leftOut = files.filter((file) => file !== train && file !== test).map(({ name }) => name)
  return {
    tables: [
      ...(train ? [{ file: train, role: 'train' as const }] : []),
      ...(test ? [{ file: test, role: 'test' as const }] : []),
    ],
    ...(leftOut.length > 0 ? { leftOut } : {}),
  }
}

/** A .json file may be a table too, but beside anything of a model it is the model's. */
function tablePattern(files: readonly PathFile[]): RegExp {
  const isModel = files.some(({ path }) => !TABLE_OR_JSON.test(path) || MODEL_JSON.test(path))
  return isModel ? TABLE : TABLE_OR_JSON
}

/**
 * The folder that holds config.json is the model's; without one, all that is no table is, and the engine says
 * what is missing. Tables are data wherever they lie.
 */
export function sortFiles(files: readonly PathFile[], folder = 'model'): SortedFiles {
  const table = tablePattern(files)
  const data = chooseTables(files.filter(({ path }) => table.test(path)).map(({ file }) => file))
  const others = files.filter(({ path }) => !table.test(path))
  if (others.length === 0) return data
  const root = modelRoot(others.map(({ path }) => path))
  const inside = others
    .filter(({ path }) => path.startsWith(root))
    .map(({ path, file }) => ({ path: path.slice(root.length), file }))
  const name = root.split('/').filter(Boolean).at(-1) ?? folder
  return { model: { name, files: inside }, ...data }
}

/** Far above what any recipe has. */
const MOST_RECIPE_BYTES = 1e6

/** The one file that was picked or dropped, if it may be a recipe by its name. */
export function loneJson({ model, tables, leftOut }: SortedFiles): File | undefined {
  const files = [...(model?.files ?? []), ...tables].map(({ file }) => file)
  const [only] = files
  return files.length === 1 && !leftOut && only && /\.json$/i.test(only.name) ? only : undefined
}

/** Text of a file that says which version of recipe it is; whether it is a sound one, the engine checks. */
export async function recipeTextOf(file: File): Promise<string | undefined> {
  if (file.size > MOST_RECIPE_BYTES) return undefined
  try {
    const text = await file.text()
    const value: unknown = JSON.parse(text)
    const isRecipe = typeof value === 'object' && value !== null && Object.hasOwn(value, 'recipe_version')
    return isRecipe ? text : undefined
  } catch {
    // No JSON, or it cannot be read: the engine, which gets it next, says so by name.
    return undefined
  }
}

/** What was picked as data, whatever it is called: the engine says what is no table. */
export function pickedTables(list: FileList): SortedFiles {
  return chooseTables(Array.from(list))
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
