// Digests depend on the bytes alone, and a file that is cut, changed or gone is not intact.
import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { memorySource } from './bytes.ts'
import { BLOCK_BYTES, BlockDigest, digesting, digestOf, isIntact } from './digest.ts'
import { randomAt } from './random.ts'

const bytes = Uint8Array.from({ length: BLOCK_BYTES + 1000 }, (_, i) => 256 * randomAt(1, i))
const source = memorySource('file', bytes)

describe('a digest', () => {
  it('is SHA-256 over the SHA-256 of every 4 MiB', async () => {
    const sha256 = (...parts: Uint8Array[]) =>
      parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest()
    const blocks = [bytes.subarray(0, BLOCK_BYTES), bytes.subarray(BLOCK_BYTES)].map((block) => sha256(block))
    const digest = sha256(...blocks).toString('hex')
    expect(await digestOf(source)).toEqual({ bytes: bytes.length, digest })
  })

  it.each([1000, BLOCK_BYTES, BLOCK_BYTES - 1])('is the same when written by %d bytes', async (size) => {
    const digest = new BlockDigest()
    for (let at = 0; at < bytes.length; at += size) await digest.update(bytes.subarray(at, at + size))
    expect(await digest.finish()).toEqual(await digestOf(source))
  })

  it('is that of what went through a sink', async () => {
    const written: number[] = []
    const inner = {
      write: async (part: Uint8Array) => void written.push(...part),
      close: async () => {},
      abort: async () => {},
    }
    const sink = digesting(inner)
    await sink.write(Uint8Array.of(1, 2))
    await sink.write(Uint8Array.of(3))
    await sink.close()
    expect(written).toEqual([1, 2, 3])
    expect(await sink.digest()).toEqual(await digestOf(memorySource('x', Uint8Array.of(1, 2, 3))))
  })

  it('of nothing is a digest too', async () => {
    expect((await new BlockDigest().finish()).bytes).toBe(0)
  })
})

describe('an intact file', () => {
  it('is there, as long as it was, and has the same bits', async () => {
    const expected = await digestOf(source)
    expect(await isIntact(source, expected)).toBe(true)
    expect(await isIntact(undefined, expected)).toBe(false)
    expect(await isIntact(source, undefined)).toBe(false)
    expect(await isIntact(memorySource('file', bytes.slice(0, -1)), expected)).toBe(false)
    const flipped = bytes.slice()
    flipped[BLOCK_BYTES + 1] = flipped[BLOCK_BYTES + 1]! ^ 1
    expect(await isIntact(memorySource('file', flipped), expected)).toBe(false)
  })

  it('can be read', async () => {
    const broken = { ...source, read: () => Promise.reject(new Error('gone')) }
    expect(await isIntact(broken, await digestOf(source))).toBe(false)
  })
})
