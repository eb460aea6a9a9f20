// Where bytes come from and go to: ranged reads of a named source, sequential writes to a sink.
import { StudioError } from './errors.ts'

/** A file read by ranges; nothing is loaded whole unless asked. */
export interface ByteSource {
  readonly name: string
  readonly size: number
  /** Bytes [start, end), the caller's own. Rejects when the file got shorter. */
  read(start: number, end: number): Promise<Uint8Array<ArrayBuffer>>
}

/** A file written front to back. `close` makes it whole; `abort` removes what was written. */
export interface ByteSink {
  write(bytes: Uint8Array<ArrayBuffer>): Promise<void>
  close(): Promise<void>
  abort(): Promise<void>
}

/** A folder of sources: the picked or dropped files, or a directory on disk. Names use `/`. */
export interface Folder {
  readonly name: string
  readonly files: ReadonlyMap<string, ByteSource>
}

/** End of the names of files that are being written. */
export const UNFINISHED = '.part'

/** A folder that can be written; each file appears whole or not at all. */
export interface OutputFolder {
  create(name: string): Promise<ByteSink>
  /** Does nothing where there is no such file. */
  remove(name: string): Promise<void>
}

/** The same folder, one level down. */
export function subfolder(folder: OutputFolder, name: string): OutputFolder {
  return {
    create: (inner) => folder.create(`${name}/${inner}`),
    remove: (inner) => folder.remove(`${name}/${inner}`),
  }
}

/** @throws StudioError `file-missing`, listing what the folder has. */
export function requireFile(folder: Folder, name: string): ByteSource {
  const source = folder.files.get(name)
  if (source) return source
  const present = [...folder.files.keys()].sort().slice(0, 12).join(', ') || 'nothing'
  throw new StudioError('file-missing', `${folder.name} has no ${name}; it has ${present}.`)
}

export async function readAll(source: ByteSource): Promise<Uint8Array<ArrayBuffer>> {
  return source.read(0, source.size)
}

/** UTF-8 text of a small file. @throws StudioError `file-unreadable` when it is not UTF-8. */
export async function readText(source: ByteSource): Promise<string> {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(await readAll(source))
  } catch (error) {
    if (error instanceof TypeError)
      throw new StudioError('file-unreadable', `${source.name} is not UTF-8 text.`)
    throw error
  }
}

export async function writeAll(
  folder: OutputFolder,
  name: string,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<void> {
  const sink = await folder.create(name)
  try {
    await sink.write(bytes)
    await sink.close()
  } catch (error) {
    await sink.abort()
    throw error
  }
}

export function writeText(folder: OutputFolder, name: string, text: string): Promise<void> {
  return writeAll(folder, name, new TextEncoder().encode(text))
}

/** Source over a browser `Blob` or `File`: slices are read from disk when asked for. */
export function blobSource(name: string, blob: Blob): ByteSource {
  return {
    name,
    size: blob.size,
    read: async (start, end) => new Uint8Array(await blob.slice(start, end).arrayBuffer()),
  }
}

/** The same bytes under another name. */
export function named(name: string, source: ByteSource): ByteSource {
  return { name, size: source.size, read: (start, end) => source.read(start, end) }
}

export function memorySource(name: string, bytes: Uint8Array<ArrayBuffer>): ByteSource {
  return { name, size: bytes.length, read: async (start, end) => bytes.slice(start, end) }
}
