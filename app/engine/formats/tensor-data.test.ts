// Tensor data: halves become the singles that were rounded, files written are read back, slices are bounded.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { memorySource } from '../base/bytes.ts'
import { readSafetensorsHeader } from './safetensors.ts'
import { readTensorSlices, readTensorWhole, writeSafetensors } from './tensor-data.ts'
import { diskSource, FIXTURES, failureOf, MemorySink, safetensorsBytes } from './testing.ts'

const openFixture = (folder: string) =>
  readSafetensorsHeader(diskSource(`${FIXTURES}${folder}/model.safetensors`))

describe('reading', () => {
  it.each([
    ['tiny-bert-f16', 2 ** -11, 2 ** -25],
    ['tiny-bert-bf16', 2 ** -8, 0],
  ])('%s holds the F32 weights within its rounding', async (folder, relative, absolute) => {
    const exact = await openFixture('tiny-bert')
    const rounded = await openFixture(folder)
    for (const name of exact.tensors.keys()) {
      const expected = await readTensorWhole(exact, name)
      const values = await readTensorWhole(rounded, name)
      expect(values.length).toBe(expected.length)
      const worst = values.findIndex(
        (value, i) => Math.abs(value - expected[i]!) > Math.abs(expected[i]!) * relative + absolute,
      )
      expect(worst, name).toBe(-1)
    }
  })

  it('reads a tensor above 8 MiB in slices that join without a seam', async () => {
    const count = 5_000_000
    const header = {
      a: { dtype: 'I8', shape: [3], data_offsets: [0, 3] },
      b: { dtype: 'F16', shape: [count], data_offsets: [3, 3 + 2 * count] },
    }
    const bytes = safetensorsBytes(header, 3 + 2 * count)
    const data = new DataView(bytes.buffer, bytes.length - 2 * count)
    // Codes 0x3c00 … 0x3fff are the numbers 1 + k / 1024.
    for (let i = 0; i < count; i++) data.setUint16(2 * i, 0x3c00 + (i % 1021), true)
    const table = await readSafetensorsHeader(memorySource('w', bytes))
    let next = 0
    let slices = 0
    let wrong = 0
    for await (const { offset, values } of readTensorSlices(table, 'b')) {
      expect(offset).toBe(next)
      expect(values.length).toBeLessThanOrEqual(4 * 1024 * 1024)
      for (let i = 0; i < values.length; i++) if (values[i] !== 1 + ((offset + i) % 1021) / 1024) wrong++
      next += values.length
      slices++
    }
    expect({ next, slices, wrong }).toEqual({ next: count, slices: 2, wrong: 0 })
  })

  it('refuses integers, names that are not there, and weights that are not finite', async () => {
    const header = {
      a: { dtype: 'I32', shape: [1], data_offsets: [0, 4] },
      b: { dtype: 'F32', shape: [2], data_offsets: [4, 12] },
    }
    const bytes = safetensorsBytes(header, 12)
    new DataView(bytes.buffer).setFloat32(bytes.length - 4, Number.NaN, true)
    const table = await readSafetensorsHeader(memorySource('w.safetensors', bytes))
    expect(await failureOf(() => readTensorWhole(table, 'a'))).toMatchObject({
      code: 'safetensors-invalid',
      message: expect.stringContaining('tensor a is I32'),
    })
    expect(await failureOf(() => readTensorWhole(table, 'b'))).toMatchObject({
      code: 'safetensors-invalid',
      message: expect.stringContaining('tensor b has NaN at index 1'),
    })
    expect(await failureOf(() => readTensorWhole(table, 'c'))).toMatchObject({
      code: 'tensor-missing',
      message: expect.stringContaining('w.safetensors has no tensor c'),
    })
  })
})

describe('writing', () => {
  const float = fc.float({ noNaN: true, noDefaultInfinity: true })
  const tensors = fc.uniqueArray(
    fc.record({ name: fc.string({ minLength: 1 }), values: fc.array(float, { maxLength: 12 }) }),
    { selector: ({ name }) => name, maxLength: 6 },
  )

  it('is read back with the same names, shapes and bits', async () => {
    await fc.assert(
      fc.asyncProperty(tensors, async (given) => {
        const named = given.filter(({ name }) => name !== '__proto__' && name !== '__metadata__')
        const sink = new MemorySink()
        const toWrite = named.map(({ name, values }) => ({
          name,
          shape: [values.length, 1],
          read: async () => Float32Array.from(values),
        }))
        await writeSafetensors(sink, toWrite, { format: 'pt' })
        expect(sink.state).toBe('closed')
        const table = await readSafetensorsHeader(memorySource('w', sink.bytes()))
        expect(new Set(table.tensors.keys())).toEqual(new Set(named.map(({ name }) => name)))
        for (const { name, values } of named) {
          expect(table.tensors.get(name)!.shape).toEqual([values.length, 1])
          expect(await readTensorWhole(table, name)).toEqual(Float32Array.from(values))
        }
      }),
      { numRuns: 200 },
    )
  })

  it('starts the data at a multiple of 8 and reads one tensor at a time', async () => {
    const log: string[] = []
    const sink = new MemorySink()
    const tensor = (name: string) => ({
      name,
      shape: [2],
      read: async () => {
        log.push(name)
        return Float32Array.of(1, 2)
      },
    })
    await writeSafetensors(sink, [tensor('a'), tensor('bb')], {})
    expect(log).toEqual(['a', 'bb'])
    const { tensors: written } = await readSafetensorsHeader(memorySource('w', sink.bytes()))
    expect(written.get('a')!.start % 8).toBe(0)
  })

  it('aborts the sink when a tensor has another size than its shape', async () => {
    const sink = new MemorySink()
    const tensor = { name: 'a', shape: [3], read: async () => Float32Array.of(1, 2) }
    await expect(writeSafetensors(sink, [tensor], {})).rejects.toThrow('a gave 2 values, not 3')
    expect(sink.state).toBe('aborted')
  })
})
