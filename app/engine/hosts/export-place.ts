// Where the page's exports are written: a picked folder, the browser's private file system, or memory where it has none.
import { downloadZip } from 'client-zip'
import type { ByteSink, OutputFolder } from '../base/bytes.ts'
import type { Watch } from '../base/watch.ts'
import { watchedFolder } from '../exports/watched-folder.ts'
import { MemoryFolder } from './memory-folder.ts'
import { fileAt, opfsFolder, removeAt, storageError } from './opfs-folder.ts'

export interface ExportPlace extends OutputFolder {
  /** Paths written, in order. */
  readonly paths: readonly string[]
  /** A file as it was written; its bytes stay where they are until they are read. */
  open(path: string): Promise<Blob>
  /** Deletes all that was written. */
  clear(): Promise<void>
}

const ROOT = 'exports'
const lockOf = (id: string) => `decant-export-${id}`

/** Inside the folder that the user picked, in one of its own. @throws DOMException when it may not be written */
export async function pickedPlace(parent: FileSystemDirectoryHandle, name: string): Promise<ExportPlace> {
  const root = await parent.getDirectoryHandle(name, { create: true })
  const output: OutputFolder = {
    create: async (path) => writableSink(path, await fileAt(root, path, { create: true })),
    remove: (path) => removeAt(root, path),
  }
  return placeOf(output, openIn(root))
}

/** In the browser's private file system, out of memory; several tabs do not meet. What closed tabs left behind is deleted. */
export async function privatePlace(): Promise<ExportPlace> {
  const directory = await navigator.storage?.getDirectory?.().catch(() => undefined)
  if (!directory) return memoryPlace()
  const exports = await directory.getDirectoryHandle(ROOT, { create: true })
  await removeAbandoned(exports)
  const id = crypto.randomUUID()
  const release = await hold(lockOf(id))
  const root = await exports.getDirectoryHandle(id, { create: true })
  return {
    ...placeOf(opfsFolder(root), openIn(root)),
    clear: async () => {
      await exports.removeEntry(id, { recursive: true })
      release()
    },
  }
}

function memoryPlace(): ExportPlace {
  const folder = new MemoryFolder()
  return placeOf(folder, async (path) => folder.blobs.get(path)!)
}

const openIn = (root: FileSystemDirectoryHandle) => async (path: string) =>
  (await fileAt(root, path, { create: false })).getFile()

/** A folder that remembers what was written to it. */
function placeOf(output: OutputFolder, open: ExportPlace['open']): ExportPlace {
  const paths: string[] = []
  return {
    paths,
    create: (path) => {
      paths.push(path)
      return output.create(path)
    },
    remove: (path) => output.remove(path),
    open,
    clear: async () => {
      for (const path of paths.splice(0)) await output.remove(path).catch(() => undefined)
    },
  }
}

/**
 * Packs all files into one more file of the place, piece by piece, and hands it out.
 * @throws StudioError `storage` when the place is full; `cancelled`
 */
export async function zipPlace(place: ExportPlace, name: string, watch: Watch): Promise<Blob> {
  const paths = [...place.paths]
  const inputs = await Promise.all(
    paths.map(async (path) => ({ name: path, input: await place.open(path), lastModified: new Date() })),
  )
  const bytes = inputs.reduce((sum, { input }) => sum + input.size, 0)
  const sink = await watchedFolder(place, watch, bytes).create(name)
  const reader = downloadZip(inputs).body!.getReader()
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) await sink.write(next.value)
    await sink.close()
  } catch (error) {
    await reader.cancel().catch(() => undefined)
    await sink.abort()
    throw error
  }
  return place.open(name)
}

/** The browser writes beside and moves when closed, so that a file is whole or as it was. */
async function writableSink(path: string, handle: FileSystemFileHandle): Promise<ByteSink> {
  const stream = await handle.createWritable()
  const failed = (error: unknown) => {
    throw storageError(path, error)
  }
  return {
    write: (bytes) => stream.write(bytes).catch(failed),
    close: () => stream.close().catch(failed),
    // A stream that failed is aborted already.
    abort: () => stream.abort().catch(() => undefined),
  }
}

/** Takes a lock that lasts until it is given back or the tab closes. @returns gives it back */
async function hold(name: string): Promise<() => void> {
  return new Promise((resolve) => {
    navigator.locks.request(name, () => new Promise<void>((release) => resolve(release)))
  })
}

async function removeAbandoned(exports: FileSystemDirectoryHandle): Promise<void> {
  const { held = [] } = await navigator.locks.query()
  const names = new Set(held.map(({ name }) => name))
  for await (const id of exports.keys())
    if (!names.has(lockOf(id))) await exports.removeEntry(id, { recursive: true }).catch(() => undefined)
}
