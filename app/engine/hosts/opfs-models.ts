// Downloaded models in the browser's private file system: one directory a commit, its plan first, its seal last. Worker only.
import { type Folder, readText, UNFINISHED, writeText } from '../base/bytes.ts'
import { StudioError } from '../base/errors.ts'
import { parseJsonObject } from '../formats/json.ts'
import type { KeptModel } from '../protocol.ts'
import type { DownloadFolder, PartFile } from './download.ts'
import {
  createFile,
  moveTo,
  opfsFolder,
  readOpfsFolder,
  type SyncAccessHandle,
  storageError,
  writeAt,
} from './opfs-folder.ts'

const ROOT = 'models'
/** Written before the first file: what the directory is to hold. */
const PLAN = 'plan.json'
/** Written after the last file was checked. */
const SEAL = 'whole.json'

/** Names of directories may be 255 bytes long; a folder's path on a server may be longer. */
const MOST_NAME = 200

export interface ModelPlan {
  readonly repo: string
  readonly revision: string
  readonly commit: string
  /** Of a folder on the page's own server. */
  readonly url?: string
  readonly bytes: number
}

async function modelsRoot(): Promise<FileSystemDirectoryHandle> {
  try {
    return await (await navigator.storage.getDirectory()).getDirectoryHandle(ROOT, { create: true })
  } catch (error) {
    throw storageError('a model', error)
  }
}

/** Directory of a model: the commit fixes the content, so what is there never needs to be compared. */
export function keptId({ repo, commit }: Pick<ModelPlan, 'repo' | 'commit'>): string {
  return `${repo.replaceAll('/', '--').slice(-MOST_NAME)}@${commit.slice(0, 12)}`
}

/** Every model that is there, whole or not. */
export async function listKept(): Promise<KeptModel[]> {
  const kept: KeptModel[] = []
  const root = await modelsRoot()
  for await (const [id, handle] of root.entries()) {
    if (handle.kind !== 'directory') continue
    const { files } = await readOpfsFolder(handle as FileSystemDirectoryHandle)
    const plan = files.get(PLAN)
    if (!plan) continue
    const bytes = [...files].reduce(
      (sum, [name, { size }]) => sum + (name === PLAN || name === SEAL ? 0 : size),
      0,
    )
    const { bytes: whole, ...source } = readPlan(await readText(plan))
    const isWhole = files.has(SEAL)
    kept.push({ id, ...source, bytes: isWhole ? whole : Math.min(bytes, whole - 1), whole })
  }
  return kept.sort((a, b) => a.repo.localeCompare(b.repo))
}

function readPlan(text: string): Omit<ModelPlan, 'commit'> {
  const { repo, revision, bytes, url } = parseJsonObject(text, PLAN)
  if (typeof repo === 'string' && typeof revision === 'string' && typeof bytes === 'number')
    return { repo, revision, bytes, ...(typeof url === 'string' ? { url } : {}) }
  throw new StudioError('storage', `${PLAN} of a kept model is damaged.`)
}

/** @throws StudioError `storage` when it is not there or not whole */
export async function openKept(id: string): Promise<Folder> {
  const root = await modelsRoot()
  const handle = await root.getDirectoryHandle(id).catch(() => undefined)
  const { files } = handle ? await readOpfsFolder(handle) : { files: new Map() }
  const plan = files.get(PLAN)
  if (!plan || !files.has(SEAL))
    throw new StudioError('storage', `${id} is not in the browser’s storage as a whole.`)
  const model = [...files].filter(([name]) => name !== PLAN && name !== SEAL && !name.endsWith(UNFINISHED))
  return { name: readPlan(await readText(plan)).repo, files: new Map(model) }
}

export async function deleteKept(id: string): Promise<void> {
  await (await modelsRoot()).removeEntry(id, { recursive: true })
}

/** The directory of a download that begins or goes on. */
export class KeptDownload implements DownloadFolder {
  readonly #folder: FileSystemDirectoryHandle

  private constructor(folder: FileSystemDirectoryHandle) {
    this.#folder = folder
  }

  /** @throws StudioError `storage`, with both numbers when the browser leaves too little room */
  static async start({ repo, revision, commit, url, bytes }: ModelPlan): Promise<KeptDownload> {
    const plan: ModelPlan = { repo, revision, commit, ...(url ? { url } : {}), bytes }
    await requireRoom(plan)
    const folder = await (await modelsRoot()).getDirectoryHandle(keptId(plan), { create: true })
    await writeText(opfsFolder(folder), PLAN, JSON.stringify(plan))
    return new KeptDownload(folder)
  }

  async sizeOf(name: string): Promise<number | undefined> {
    const handle = await this.#folder.getFileHandle(name).catch(() => undefined)
    return handle && (await handle.getFile()).size
  }

  async complete(name: string, fill: (part: PartFile) => Promise<void>): Promise<void> {
    const handle = await createFile(this.#folder, `${name}${UNFINISHED}`)
    const access = await handle.createSyncAccessHandle().catch((error: unknown) => {
      throw storageError(name, error)
    })
    try {
      await fill(partOf(name, access))
      access.flush()
    } finally {
      access.close()
    }
    await moveTo(handle, this.#folder, name)
  }

  async seal(): Promise<void> {
    await writeText(opfsFolder(this.#folder), SEAL, '{}')
  }
}

/** @throws StudioError `storage`, with both numbers */
async function requireRoom(plan: ModelPlan): Promise<void> {
  const there = (await listKept()).find(({ id }) => id === keptId(plan))?.bytes ?? 0
  const bytes = plan.bytes - there
  const { usage = 0, quota = Number.POSITIVE_INFINITY } = await navigator.storage.estimate()
  if (bytes <= quota - usage) return
  throw new StudioError(
    'storage',
    `${plan.repo} needs ${bytes} bytes more; the browser has ${Math.max(0, quota - usage)} left for this page.`,
  )
}

function partOf(name: string, access: SyncAccessHandle): PartFile {
  return {
    get size() {
      return access.getSize()
    },
    read: async (start, end) => {
      const bytes = new Uint8Array(end - start)
      access.read(bytes, { at: start })
      return bytes
    },
    append: async (bytes) => {
      try {
        writeAt(access, bytes, access.getSize())
      } catch (error) {
        throw storageError(name, error)
      }
    },
    clear: async () => access.truncate(0),
  }
}
