// Folders and files on disk, read by ranges and written whole or not at all.
import { randomBytes } from 'node:crypto'
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join, relative, resolve, sep } from 'node:path'
import { type ByteSink, type ByteSource, type Folder, type OutputFolder, UNFINISHED } from '../base/bytes.ts'
import { StudioError } from '../base/errors.ts'

/** Deepest folder level that is listed: a model has its files at the top and ONNX ones below. */
const MOST_DEPTH = 3

function unreadable(path: string, error: unknown): StudioError {
  const code = (error as NodeJS.ErrnoException).code
  const reason = code === 'ENOENT' ? 'does not exist' : `cannot be read (${code ?? String(error)})`
  return new StudioError('file-unreadable', `${path} ${reason}.`)
}

/** @throws StudioError `file-unreadable` */
export async function fileSource(path: string, name = basename(path)): Promise<ByteSource> {
  const info = await stat(path).catch((error) => {
    throw unreadable(path, error)
  })
  if (!info.isFile()) throw new StudioError('file-unreadable', `${path} is not a file.`)
  return { name, size: info.size, read: (start, end) => readRange(path, start, end) }
}

async function readRange(path: string, start: number, end: number): Promise<Uint8Array<ArrayBuffer>> {
  const handle = await open(path, 'r').catch((error) => {
    throw unreadable(path, error)
  })
  try {
    const bytes = new Uint8Array(end - start)
    const { bytesRead } = await handle.read(bytes, 0, bytes.length, start)
    return bytes.subarray(0, bytesRead)
  } finally {
    await handle.close()
  }
}

/** All files of a directory, by path inside it. @throws StudioError `file-unreadable` */
export async function readFolder(path: string): Promise<Folder> {
  const root = resolve(path)
  const files = new Map<string, ByteSource>()
  const list = async (folder: string, depth: number): Promise<void> => {
    const entries = await readdir(folder, { withFileTypes: true }).catch((error) => {
      throw unreadable(folder, error)
    })
    for (const entry of entries) {
      const full = join(folder, entry.name)
      const name = relative(root, full).split(sep).join('/')
      if (entry.isDirectory() && depth < MOST_DEPTH) await list(full, depth + 1)
      else if (!entry.isDirectory()) files.set(name, await fileSource(full, name))
    }
  }
  await list(root, 0)
  return { name: basename(root), files }
}

/** Makes a directory with its parents. @throws StudioError `storage` */
export async function ensureFolder(path: string): Promise<void> {
  await mkdir(path, { recursive: true }).catch((error: Error) => {
    throw new StudioError('storage', `${path} cannot be made: ${error.message}`)
  })
}

/** Files appear under their names only when closed: they are written beside, flushed and moved. */
export function writableFolder(path: string): OutputFolder {
  return {
    create: (name) => createSink(join(path, name)),
    remove: (name) => rm(join(path, name), { force: true }),
  }
}

async function createSink(path: string): Promise<ByteSink> {
  const temporary = `${path}.${randomBytes(4).toString('hex')}${UNFINISHED}`
  const fail = (error: unknown): never => {
    throw new StudioError('storage', `${path} cannot be written: ${(error as Error).message}`)
  }
  await mkdir(dirname(path), { recursive: true }).catch(fail)
  const handle = await open(temporary, 'w').catch(fail)
  return {
    write: async (bytes) => {
      await handle!.writeFile(bytes).catch(fail)
    },
    close: async () => {
      await handle!.sync().catch(fail)
      await handle!.close()
      await rename(temporary, path).catch(fail)
    },
    abort: async () => {
      await handle!.close().catch(() => {})
      await rm(temporary, { force: true })
    },
  }
}
