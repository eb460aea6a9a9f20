// What tests of downloads share: a file that is arriving, held in memory.
import type { PartFile } from './download.ts'

/** @param start what arrived before */
export function memoryPart(start: Uint8Array = new Uint8Array()): PartFile & { bytes: () => Uint8Array } {
  let held = Buffer.from(start)
  return {
    get size() {
      return held.length
    },
    read: async (from, to) => new Uint8Array(held.subarray(from, to)),
    append: async (bytes) => {
      held = Buffer.concat([held, bytes])
    },
    clear: async () => {
      held = Buffer.alloc(0)
    },
    bytes: () => held,
  }
}
