// A folder in the browser's private file system, for the worker: files appear under their names only when closed.
import {
  type ByteSink,
  type ByteSource,
  blobSource,
  type Folder,
  type OutputFolder,
  UNFINISHED,
} from '../base/bytes.ts'
import { StudioError } from '../base/errors.ts'

/** Bytes copied at once where a file cannot be moved. */
const COPY_BYTES = 4 * 1024 * 1024

/** What workers have beyond the types of the page; `move` is not in every browser. */
export interface WorkerFileHandle extends FileSystemFileHandle {
  move?(name: string): Promise<void>
  createSyncAccessHandle(): Promise<SyncAccessHandle>
}

export interface SyncAccessHandle {
  getSize(): number
  /** @returns bytes read */
  read(bytes: Uint8Array<ArrayBuffer>, options: { at: number }): number
  /** @returns bytes written */
  write(bytes: Uint8Array<ArrayBuffer>, options: { at: number }): number
  truncate(size: number): void
  flush(): void
  close(): void
}

/** All files below a directory, by path inside it. A file changed after the listing can no longer be read. */
export async function readOpfsFolder(root: FileSystemDirectoryHandle): Promise<Folder> {
  const files = new Map<string, ByteSource>()
  const list = async (folder: FileSystemDirectoryHandle, prefix: string): Promise<void> => {
    for await (const [name, handle] of folder.entries()) {
      const path = `${prefix}${name}`
      if (handle.kind === 'directory') await list(handle as FileSystemDirectoryHandle, `${path}/`)
      else files.set(path, blobSource(path, await (handle as FileSystemFileHandle).getFile()))
    }
  }
  await list(root, '')
  return { name: root.name, files }
}

/** Files are written beside, flushed, closed and moved. Runs in a worker only. */
export function opfsFolder(root: FileSystemDirectoryHandle): OutputFolder {
  return {
    create: async (path) => {
      const { parent, name } = await locate(root, path, { create: true })
      return createSink(parent, name)
    },
    remove: (path) => removeAt(root, path),
  }
}

/** Does nothing where there is no such file. */
export async function removeAt(root: FileSystemDirectoryHandle, path: string): Promise<void> {
  const { parent, name } = await locate(root, path, { create: false }).catch(absent)
  await parent?.removeEntry(name).catch(absent)
}

export async function fileAt(
  root: FileSystemDirectoryHandle,
  path: string,
  options: { create: boolean },
): Promise<FileSystemFileHandle> {
  const { parent, name } = await locate(root, path, options)
  return parent.getFileHandle(name, options)
}

/** @throws what is not about a missing entry */
function absent(error: unknown): { parent?: FileSystemDirectoryHandle; name: string } {
  if (error instanceof DOMException && error.name === 'NotFoundError') return { name: '' }
  throw error
}

/** The directory that a path lies in, and its last name. */
async function locate(
  root: FileSystemDirectoryHandle,
  path: string,
  options: { create: boolean },
): Promise<{ parent: FileSystemDirectoryHandle; name: string }> {
  const names = path.split('/')
  const name = names.pop()!
  let parent = root
  for (const folder of names) parent = await parent.getDirectoryHandle(folder, options)
  return { parent, name }
}

export function storageError(name: string, error: unknown): StudioError {
  const isFull = error instanceof DOMException && error.name === 'QuotaExceededError'
  const reason = isFull ? 'the browser’s space for this page is used up' : String(error)
  return new StudioError('storage', `${name} cannot be kept in the browser: ${reason}.`)
}

async function createSink(parent: FileSystemDirectoryHandle, name: string): Promise<ByteSink> {
  const fail = (error: unknown): never => {
    throw storageError(name, error)
  }
  const temporary = `${name}.${crypto.randomUUID().slice(0, 8)}${UNFINISHED}`
  const handle = await createFile(parent, temporary).catch(fail)
  const access = await handle.createSyncAccessHandle().catch(fail)
  let at = 0
  return {
    write: async (bytes) => {
      try {
        writeAt(access, bytes, at)
        at += bytes.length
      } catch (error) {
        fail(error)
      }
    },
    close: async () => {
      try {
        access.flush()
        access.close()
        await moveTo(handle, parent, name)
      } catch (error) {
        fail(error)
      }
    },
    abort: async () => {
      access.close()
      await parent.removeEntry(temporary).catch(absent)
    },
  }
}

/** Writes all of `bytes`. @throws DOMException `QuotaExceededError` when the disk is full, which may show as a short write */
export function writeAt(access: SyncAccessHandle, bytes: Uint8Array<ArrayBuffer>, at: number): void {
  for (let done = 0; done < bytes.length; ) {
    const written = access.write(bytes.subarray(done), { at: at + done })
    if (written === 0) throw new DOMException('nothing was written', 'QuotaExceededError')
    done += written
  }
}

/** Where files cannot be moved they are copied, which can tear: what counts as whole is checked by its digest. */
export async function moveTo(
  handle: WorkerFileHandle,
  parent: FileSystemDirectoryHandle,
  name: string,
): Promise<void> {
  if (handle.move) return handle.move(name)
  const file = await handle.getFile()
  const target = await (await createFile(parent, name)).createSyncAccessHandle()
  try {
    target.truncate(0)
    for (let at = 0; at < file.size; at += COPY_BYTES)
      writeAt(target, new Uint8Array(await file.slice(at, at + COPY_BYTES).arrayBuffer()), at)
    target.flush()
  } finally {
    target.close()
  }
  await parent.removeEntry(handle.name)
}

export function createFile(parent: FileSystemDirectoryHandle, name: string): Promise<WorkerFileHandle> {
  return parent.getFileHandle(name, { create: true }) as Promise<WorkerFileHandle>
}
