// Where the command line keeps models of one repository of the Hub: a directory a commit, beside it what it holds once it is whole.
import { type FileHandle, open, readFile, rename, stat, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import { type Folder, UNFINISHED, writeText } from '../base/bytes.ts'
import { StudioError } from '../base/errors.ts'
import { isRecord, parseJsonObject } from '../formats/json.ts'
import type { HubListing } from '../protocol.ts'
import type { DownloadFolder, PartFile } from './download.ts'
import { ensureFolder, readFolder, writableFolder } from './node-files.ts'

const COMMIT = /^[0-9a-f]{40,64}$/
/** The commit that a revision was when it was fetched last, a file a revision. */
const REVISIONS = 'revisions'

export class HubCache {
  readonly #root: string
  readonly #repo: string

  /** @param root holds a folder for every repository */
  constructor(root: string, repo: string) {
    this.#root = join(root, repo.replaceAll('/', '--'))
    this.#repo = repo
  }

  folderOf(commit: string): string {
    return join(this.#root, commit)
  }

  /** The model's files, under the name of its repository. @throws StudioError `file-unreadable` */
  async open(commit: string): Promise<Folder> {
    const { files } = await readFolder(this.folderOf(commit))
    const whole = [...files].filter(([name]) => !name.endsWith(UNFINISHED))
    return { name: this.#repo, files: new Map(whole) }
  }

  /** The commit that is here for a revision, if all of its files are. */
  async commitOf(revision: string): Promise<string | undefined> {
    const named = join(this.#root, REVISIONS, encodeURIComponent(revision))
    const commit = COMMIT.test(revision) ? revision : await readFile(named, 'utf8').catch(() => '')
    return COMMIT.test(commit) && (await this.#isWhole(commit)) ? commit : undefined
  }

  /** Begins or goes on. @throws StudioError `storage`, with both numbers when the disk has too little room */
  async start(listing: HubListing): Promise<DownloadFolder> {
    const { commit, revision } = listing
    // It names a directory, so a server must not choose it freely.
    if (!COMMIT.test(commit)) throw new StudioError('network', `The Hub names no commit of ${this.#repo}.`)
    const folder = this.folderOf(commit)
    await ensureFolder(folder)
    await requireRoom(folder, listing)
    const sizeOf = (name: string) => fileSize(join(folder, name))
    return {
      sizeOf,
      complete: (name, fill) => completeFile(join(folder, name), fill),
      seal: async () => {
        const output = writableFolder(this.#root)
        await writeText(output, `${commit}.json`, JSON.stringify(listing))
        await writeText(output, `${REVISIONS}/${encodeURIComponent(revision)}`, commit)
      },
    }
  }

  async #isWhole(commit: string): Promise<boolean> {
    const { files } = await this.#seal(commit).catch(() => ({ files: undefined }))
    if (!Array.isArray(files)) return false
    const isThere = async (file: unknown) =>
      isRecord(file) && (await fileSize(join(this.folderOf(commit), String(file.path)))) === file.bytes
    return (await Promise.all(files.map(isThere))).every(Boolean)
  }

  async #seal(commit: string): Promise<Record<string, unknown>> {
    const name = `${commit}.json`
    return parseJsonObject(await readFile(join(this.#root, name), 'utf8'), name)
  }
}

async function fileSize(path: string): Promise<number | undefined> {
  const info = await stat(path).catch(() => undefined)
  return info?.isFile() ? info.size : undefined
}

/** @throws StudioError `storage`, with both numbers */
async function requireRoom(folder: string, { repo, files }: HubListing): Promise<void> {
  const there = await Promise.all(
    files.map(async ({ path }) => {
      const whole = await fileSize(join(folder, path))
      return whole ?? (await fileSize(join(folder, `${path}${UNFINISHED}`))) ?? 0
    }),
  )
  const lacking = files.reduce((sum, { bytes }, index) => sum + Math.max(0, bytes - there[index]!), 0)
  const { bavail, bsize } = await statfs(folder)
  if (lacking <= bavail * bsize) return
  throw new StudioError(
    'storage',
    `${repo} needs ${lacking} bytes more in ${folder}; its disk has ${bavail * bsize} left.`,
  )
}

/**
 * Fills a part beside the file, flushes it and gives it its name. Two processes that fetch one file write the same bytes to the same
 * places of one part; the first that is done names it.
 * @throws StudioError `storage`
 */
async function completeFile(path: string, fill: (part: PartFile) => Promise<void>): Promise<void> {
  const part = `${path}${UNFINISHED}`
  const failed = (error: unknown): never => {
    throw storageError(path, error)
  }
  const handle = await openPart(part).catch(failed)
  try {
    await fill(await partOf(path, handle))
    await handle.sync().catch(failed)
    const { size } = await handle.stat().catch(failed)
    await rename(part, path).catch(async (error) => {
      if ((await fileSize(path)) !== size) failed(error)
    })
  } finally {
    await handle.close()
  }
}

/** For reading and writing, made where it is not there; what is there stays. */
async function openPart(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'r+')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    return open(path, 'w+')
  }
}

async function partOf(path: string, handle: FileHandle): Promise<PartFile> {
  const failed = (error: unknown): never => {
    throw storageError(path, error)
  }
  let { size } = await handle.stat()
  return {
    get size() {
      return size
    },
    read: async (start, end) => {
      const bytes = new Uint8Array(end - start)
      const { bytesRead } = await handle.read(bytes, 0, bytes.length, start).catch(failed)
      return bytes.subarray(0, bytesRead)
    },
    append: async (bytes) => {
      for (let done = 0; done < bytes.length; ) {
        const { bytesWritten } = await handle
          .write(bytes, done, bytes.length - done, size + done)
          .catch(failed)
        done += bytesWritten
      }
      size += bytes.length
    },
    clear: async () => {
      await handle.truncate(0).catch(failed)
      size = 0
    },
  }
}

function storageError(path: string, error: unknown): StudioError {
  return new StudioError('storage', `${path} cannot be written: ${(error as Error).message}`)
}
