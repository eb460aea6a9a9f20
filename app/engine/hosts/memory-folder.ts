// An output folder in memory: exports of the page before they become a zip.
import { type ByteSource, blobSource, type Folder, type OutputFolder } from '../base/bytes.ts'

export class MemoryFolder implements OutputFolder {
  readonly #blobs = new Map<string, Blob>()

  async create(name: string) {
    const parts: Uint8Array<ArrayBuffer>[] = []
    return {
      write: async (bytes: Uint8Array<ArrayBuffer>) => {
        parts.push(bytes)
      },
      close: async () => {
        this.#blobs.set(name, new Blob(parts))
      },
      abort: async () => {},
    }
  }

  async remove(name: string): Promise<void> {
    this.#blobs.delete(name)
  }

  get blobs(): ReadonlyMap<string, Blob> {
    return this.#blobs
  }

  asFolder(name: string): Folder {
    const files = new Map<string, ByteSource>()
    for (const [path, blob] of this.#blobs) files.set(path, blobSource(path, blob))
    return { name, files }
  }
}
