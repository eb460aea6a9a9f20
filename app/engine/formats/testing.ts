// For tests only: folders on disk and in memory, and a sink that keeps what it is given.
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { type ByteSink, type ByteSource, type Folder, memorySource } from '../base/bytes.ts'
import { StudioError } from '../base/errors.ts'

export const FIXTURES = new URL('../fixtures/', import.meta.url).pathname

export function diskSource(path: string, name = path.split('/').at(-1)!): ByteSource {
  return memorySource(name, new Uint8Array(readFileSync(path)))
}

/** The files of one directory, without its subdirectories. */
export function diskFolder(path: string): Folder {
  const names = readdirSync(path).filter((name) => statSync(join(path, name)).isFile())
  return { name: path, files: new Map(names.map((name) => [name, diskSource(join(path, name), name)])) }
}

export function memoryFolder(files: Readonly<Record<string, string | Uint8Array<ArrayBuffer>>>): Folder {
  const entries = Object.entries(files).map(([name, content]): [string, ByteSource] => [
    name,
    memorySource(name, typeof content === 'string' ? new TextEncoder().encode(content) : content),
  ])
  return { name: 'folder', files: new Map(entries) }
}

export class MemorySink implements ByteSink {
  state: 'open' | 'closed' | 'aborted' = 'open'
  private readonly parts: Uint8Array<ArrayBuffer>[] = []
  async write(bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    this.parts.push(bytes.slice())
  }
  async close(): Promise<void> {
    this.state = 'closed'
  }
  async abort(): Promise<void> {
    this.state = 'aborted'
  }
  bytes(): Uint8Array<ArrayBuffer> {
    const all = new Uint8Array(this.parts.reduce((sum, part) => sum + part.length, 0))
    let at = 0
    for (const part of this.parts) {
      all.set(part, at)
      at += part.length
    }
    return all
  }
}

/** A safetensors file of any header text, sound or not. */
export function safetensorsBytes(header: string | object, dataBytes = 0): Uint8Array<ArrayBuffer> {
  const json = new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header))
  const bytes = new Uint8Array(8 + json.length + dataBytes)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(json.length), true)
  bytes.set(json, 8)
  return bytes
}

/** Code and message of the StudioError that `act` throws; anything else thrown, or nothing, fails the test. */
export async function failureOf(act: () => unknown): Promise<{ code: string; message: string }> {
  try {
    await act()
  } catch (error) {
    if (error instanceof StudioError) return { code: error.code, message: error.message }
    throw error
  }
  throw new Error('nothing was thrown')
}
