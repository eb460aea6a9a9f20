// SHA-256 of files of any size, in bounded memory: the digest of the digests of their 4 MiB blocks.
import type { ByteSink, ByteSource } from './bytes.ts'

/** WebCrypto hashes whole buffers only; blocks of this size keep memory bounded. */
export const BLOCK_BYTES = 4 * 1024 * 1024

/** What a file must be to count as whole. */
export interface FileDigest {
  readonly bytes: number
  /** Hexadecimal. */
  readonly digest: string
}

export async function hexDigest(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return hex(await sha256(bytes))
}

const sha256 = async (bytes: Uint8Array<ArrayBuffer>) =>
  new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))

const hex = (bytes: Uint8Array) => [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')

/** Takes bytes as they come; the digest depends on their sequence alone, not on how it was cut. */
export class BlockDigest {
  readonly #block = new Uint8Array(BLOCK_BYTES)
  #filled = 0
  #bytes = 0
  #digests: Uint8Array<ArrayBuffer>[] = []

  async update(bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    this.#bytes += bytes.length
    for (let at = 0; at < bytes.length; ) {
      const part = bytes.subarray(at, at + BLOCK_BYTES - this.#filled)
      this.#block.set(part, this.#filled)
      this.#filled += part.length
      at += part.length
      if (this.#filled === BLOCK_BYTES) await this.#closeBlock()
    }
  }

  async finish(): Promise<FileDigest> {
    if (this.#filled > 0) await this.#closeBlock()
    const all = new Uint8Array(await new Blob(this.#digests).arrayBuffer())
    return { bytes: this.#bytes, digest: await hexDigest(all) }
  }

  async #closeBlock(): Promise<void> {
    this.#digests.push(await sha256(this.#block.subarray(0, this.#filled)))
    this.#filled = 0
  }
}

export async function digestOf(source: ByteSource): Promise<FileDigest> {
  const digest = new BlockDigest()
  for (let at = 0; at < source.size; at += BLOCK_BYTES)
    await digest.update(await source.read(at, Math.min(source.size, at + BLOCK_BYTES)))
  return digest.finish()
}

/** Whether a file is there, whole and unchanged. One that cannot be read is not. */
export async function isIntact(
  source: ByteSource | undefined,
  expected: FileDigest | undefined,
): Promise<boolean> {
  if (!source || !expected || source.size !== expected.bytes) return false
  const found = await digestOf(source).catch(() => undefined)
  return found?.digest === expected.digest
}

/** The same sink; `digest` is that of what was written, once it is closed. */
export function digesting(sink: ByteSink): ByteSink & { digest(): Promise<FileDigest> } {
  const digest = new BlockDigest()
  let finished: Promise<FileDigest> | undefined
  return {
    write: async (bytes) => {
      await digest.update(bytes)
      await sink.write(bytes)
    },
    close: () => sink.close(),
    abort: () => sink.abort(),
    digest: () => {
      finished ??= digest.finish()
      return finished
    },
  }
}
