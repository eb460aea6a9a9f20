// safetensors headers: sound files are listed, each damaged one is refused with the tensor and both numbers.
import { describe, expect, it } from 'vitest'
import { memorySource } from '../base/bytes.ts'
import { readSafetensorsHeader } from './safetensors.ts'
import { diskSource, FIXTURES, failureOf, safetensorsBytes } from './testing.ts'

const entry = (dtype: unknown, shape: unknown, data_offsets: unknown) => ({ dtype, shape, data_offsets })
const open = (bytes: Uint8Array<ArrayBuffer>) => readSafetensorsHeader(memorySource('w.safetensors', bytes))

/** A file whose length field says something else than the header has. */
function withLength(length: bigint, rest: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(8 + rest).fill(0x20)
  new DataView(bytes.buffer).setBigUint64(0, length, true)
  return bytes
}

describe('sound files', () => {
  it('lists the tensors that PyTorch wrote', async () => {
    const { tensors } = await readSafetensorsHeader(diskSource(`${FIXTURES}tiny-bert/model.safetensors`))
    expect(tensors.size).toBe(41)
    expect(tensors.get('classifier.weight')).toMatchObject({ dtype: 'F32', shape: [5, 32] })
    const bytes = [...tensors.values()].reduce((sum, { start, end }) => sum + end - start, 0)
    expect(bytes % 4).toBe(0)
  })

  it.each([
    ['no tensors', {}, 0],
    ['only metadata', { __metadata__: { format: 'pt' } }, 0],
    ['a scalar', { a: entry('F32', [], [0, 4]) }, 4],
    ['empty tensors side by side', { a: entry('F32', [0, 8], [0, 0]), b: entry('F32', [8, 0], [0, 0]) }, 0],
    [
      'an empty tensor between others',
      {
        a: entry('F32', [1], [0, 4]),
        b: entry('F32', [0], [4, 4]),
        c: entry('F32', [1], [4, 8]),
      },
      8,
    ],
    ['names out of data order', { a: entry('BOOL', [2], [1, 3]), b: entry('I8', [1], [0, 1]) }, 3],
    ['a name that is not ASCII', { 'gewicht-ä-重': entry('F16', [1], [0, 2]) }, 2],
  ])('accepts %s', async (_, header, dataBytes) => {
    const names = Object.keys(header).filter((name) => name !== '__metadata__')
    const { tensors } = await open(safetensorsBytes(header, dataBytes))
    expect([...tensors.keys()]).toEqual(names)
  })

  it('reads only the header', async () => {
    const source = diskSource(`${FIXTURES}tiny-bert/model.safetensors`)
    let last = 0
    const watched = {
      ...source,
      read: (start: number, end: number) => {
        last = Math.max(last, end)
        return source.read(start, end)
      },
    }
    const { tensors } = await readSafetensorsHeader(watched)
    expect(last).toBe(Math.min(...[...tensors.values()].map(({ start }) => start)))
  })
})

describe('damaged files', () => {
  const f32 = (start: number, end: number) => entry('F32', [(end - start) / 4], [start, end])
  const cases: [what: string, bytes: Uint8Array<ArrayBuffer>, parts: string[]][] = [
    ['an empty file', new Uint8Array(0), ['0 bytes', 'at least 8']],
    ['seven bytes', new Uint8Array(7), ['7 bytes']],
    ['a header longer than the file', withLength(100n, 10), ['100', '10 follow']],
    ['a header length of 2^64 - 1', withLength(2n ** 64n - 1n, 10), ['18446744073709552000', '10 follow']],
    ['a header above the cap', withLength(25_000_001n, 25_000_001), ['25000001', '25000000']],
    ['a pickle', new Uint8Array([0x50, 0x4b, 3, 4, 0x14, 0, 0, 8, 8, 0, 0]), ['follow in the file']],
    ['a header of no bytes', withLength(0n, 0), ['no value']],
    ['a header that is no JSON', safetensorsBytes('{"a": '), ['line 1', 'no value']],
    ['a header that is a list', safetensorsBytes('[]'), ['must hold an object']],
    ['a byte order mark', safetensorsBytes('\ufeff{}'), ['no value']],
    [
      'a header that is not UTF-8',
      (() => {
        const bytes = safetensorsBytes('{"a": "xx"}')
        bytes[8 + 7] = 0xff
        return bytes
      })(),
      ['not UTF-8'],
    ],
    [
      'a name twice',
      safetensorsBytes('{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{}}', 4),
      ['"a"', 'second time'],
    ],
    [
      'the name __proto__',
      safetensorsBytes('{"__proto__":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}', 4),
      ['"__proto__"'],
    ],
    ['metadata that is a list', safetensorsBytes({ __metadata__: [] }), ['__metadata__']],
    ['metadata with a number', safetensorsBytes({ __metadata__: { a: 1 } }), ['"a"', '1']],
    ['an entry that is a number', safetensorsBytes({ a: 3 }), ['"a"', 'object']],
    ['an unknown dtype', safetensorsBytes({ a: entry('F33', [1], [0, 4]) }, 4), ['"a"', '"F33"', 'F32']],
    [
      'a dtype named like a property',
      safetensorsBytes({ a: entry('constructor', [1], [0, 4]) }, 4),
      ['"constructor"'],
    ],
    ['a missing shape', safetensorsBytes({ a: { dtype: 'F32', data_offsets: [0, 4] } }, 4), ['"a"', 'shape']],
    ['a negative size', safetensorsBytes({ a: entry('F32', [-1], [0, 4]) }, 4), ['[-1]']],
    ['a fractional size', safetensorsBytes({ a: entry('F32', [1.5], [0, 6]) }, 6), ['[1.5]']],
    [
      'a size above 2^53',
      safetensorsBytes('{"a":{"dtype":"F32","shape":[1e300],"data_offsets":[0,4]}}', 4),
      ['1e+300'],
    ],
    ['nine dimensions', safetensorsBytes({ a: entry('F32', Array(9).fill(1), [0, 4]) }, 4), ['9', '8']],
    [
      'a product that overflows',
      safetensorsBytes({ a: entry('F32', [2 ** 52, 2 ** 52], [0, 4]) }, 4),
      ['has 4'],
    ],
    ['three offsets', safetensorsBytes({ a: entry('F32', [1], [0, 4, 8]) }, 4), ['[0,4,8]']],
    [
      'a range shorter than the shape',
      safetensorsBytes({ a: entry('F32', [2], [0, 4]) }, 4),
      ['8 bytes', 'has 4'],
    ],
    [
      'a range longer than the shape',
      safetensorsBytes({ a: entry('F16', [2], [0, 8]) }, 8),
      ['4 bytes', 'has 8'],
    ],
    ['a range backwards', safetensorsBytes({ a: entry('F32', [1], [4, 0]) }, 4), ['4 bytes', 'has -4']],
    ['a range past the end', safetensorsBytes({ a: f32(0, 8) }, 4), ['"a"', 'byte 8', 'has 4']],
    ['an overlap', safetensorsBytes({ a: f32(0, 8), b: f32(4, 12) }, 12), ['"b"', 'before']],
    ['two tensors on one range', safetensorsBytes({ a: f32(0, 8), b: f32(0, 8) }, 8), ['before']],
    ['a hole', safetensorsBytes({ a: f32(0, 4), b: f32(8, 12) }, 12), ['"b"', 'but the last one ends']],
    ['a hole at the start', safetensorsBytes({ a: f32(4, 8) }, 8), ['"a"', 'but the last one ends']],
    ['a tail', safetensorsBytes({ a: f32(0, 4) }, 7), ['the tensors end', 'but the file has']],
    [
      'an empty tensor inside another',
      safetensorsBytes({ a: f32(0, 8), b: entry('F32', [0], [4, 4]) }, 8),
      ['"b"'],
    ],
  ]
  it.each(cases)('refuses %s', async (_, bytes, parts) => {
    const { code, message } = await failureOf(() => open(bytes))
    expect(code).toBe('safetensors-invalid')
    for (const part of ['w.safetensors', ...parts]) expect(message).toContain(part)
  })

  it('refuses every truncation of a sound file', async () => {
    const whole = safetensorsBytes({ a: f32(0, 8), b: f32(8, 12) }, 12)
    await open(whole)
    for (let size = 0; size < whole.length; size++)
      expect((await failureOf(() => open(whole.slice(0, size)))).code).toBe('safetensors-invalid')
  })

  it('throws nothing but StudioError on any flipped bit of the header', async () => {
    const whole = safetensorsBytes({ __metadata__: { format: 'pt' }, a: f32(0, 8), b: f32(8, 12) }, 12)
    let refused = 0
    const bits = (whole.length - 12) * 8
    for (let bit = 0; bit < bits; bit++) {
      const bytes = whole.slice()
      bytes[bit >> 3]! ^= 1 << (bit & 7)
      await open(bytes).catch(async () => {
        expect((await failureOf(() => open(bytes))).code).toBe('safetensors-invalid')
        refused++
      })
    }
    // What passes are other names and metadata; dtypes, digits and structure must not.
    expect(refused).toBeGreaterThan(bits / 2)
    expect(refused).toBeLessThan(bits)
  })

  it('says when a file gives fewer bytes than it claims', async () => {
    const source = memorySource('w.safetensors', safetensorsBytes({}))
    const { code, message } = await failureOf(() =>
      readSafetensorsHeader({ ...source, size: 100, read: async () => new Uint8Array(3) }),
    )
    expect(code).toBe('file-unreadable')
    expect(message).toContain('gave 3 bytes')
  })
})
