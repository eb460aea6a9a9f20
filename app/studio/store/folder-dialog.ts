// The browser's own dialog for a folder, where it has one that gives handles.

export type FolderPicker = () => Promise<FileSystemDirectoryHandle>
type Mode = 'read' | 'readwrite'

/** Undefined where the browser has no such dialog. @param mode what the page is allowed to do in the folder */
export function folderPicker(mode: Mode): FolderPicker | undefined {
  const host = window as {
    showDirectoryPicker?: (options: { mode: Mode }) => Promise<FileSystemDirectoryHandle>
  }
  if (!host.showDirectoryPicker) return undefined
  return () => host.showDirectoryPicker!({ mode })
}
