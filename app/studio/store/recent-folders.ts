// Folders opened before, as handles in IndexedDB: the browser asks again before one is read. Only where it hands out handles.
import { get, set } from 'idb-keyval'
import type { PathFile } from './files.ts'

export interface RecentFolder {
  readonly name: string
  readonly handle: FileSystemDirectoryHandle
}

/** Not in every browser, nor in the types. */
interface AskableHandle extends FileSystemDirectoryHandle {
  requestPermission?(options: { mode: 'read' }): Promise<PermissionState>
}

interface DropItem extends DataTransferItem {
  getAsFileSystemHandle?(): Promise<FileSystemHandle | null>
}

const KEY = 'recent-folders'
const MOST_RECENT = 5
/** A model lies flat or one level down; a folder picked by mistake is not walked to its end. */
const MAX_DEPTH = 3
const MAX_FILES = 2000

export async function recentFolders(): Promise<readonly RecentFolder[]> {
  return (await get<readonly RecentFolder[]>(KEY)) ?? []
}

/** Puts a folder first in the list, once. */
export async function rememberFolder(handle: FileSystemDirectoryHandle): Promise<void> {
  const others: RecentFolder[] = []
  for (const folder of await recentFolders())
    if (!(await folder.handle.isSameEntry(handle))) others.push(folder)
  await set(KEY, [{ name: handle.name, handle }, ...others].slice(0, MOST_RECENT))
}

export async function forgetFolder({ handle }: RecentFolder): Promise<void> {
  const others: RecentFolder[] = []
  for (const folder of await recentFolders())
    if (!(await folder.handle.isSameEntry(handle))) others.push(folder)
  await set(KEY, others)
}

/**
 * Files of a folder, after the browser has asked whether they may be read.
 * @throws DOMException when the user says no, or the folder is gone
 */
export async function readRecent({ name, handle }: RecentFolder): Promise<readonly PathFile[]> {
  const state = await (handle as AskableHandle).requestPermission?.({ mode: 'read' })
  if (state === 'denied') throw new DOMException(`${name} may not be read.`, 'NotAllowedError')
  return filesOf(handle)
}

export async function filesOf(folder: FileSystemDirectoryHandle): Promise<readonly PathFile[]> {
  const files: PathFile[] = []
  const walk = async (handle: FileSystemDirectoryHandle, path: string, depth: number): Promise<void> => {
    for await (const entry of handle.values()) {
      if (entry.name.startsWith('.') || files.length >= MAX_FILES) continue
      const inner = `${path}/${entry.name}`
      if (entry.kind === 'file')
        files.push({ path: inner, file: await (entry as FileSystemFileHandle).getFile() })
      else if (depth < MAX_DEPTH) await walk(entry as FileSystemDirectoryHandle, inner, depth + 1)
    }
  }
  await walk(folder, folder.name, 0)
  return files
}

/** Remembers the folders of a drop. Must be called before the first wait: the browser empties the list after the event. */
export function rememberDropped(items: DataTransferItemList): Promise<void> {
  const asked = Array.from(items, (item) => (item as DropItem).getAsFileSystemHandle?.())
  return Promise.all(asked).then(async (handles) => {
    for (const handle of handles)
      if (handle?.kind === 'directory') await rememberFolder(handle as FileSystemDirectoryHandle)
  })
}
