// Which files hold the weights: one file, shards, our own file, or advice when it is another format.
import { describe, expect, it } from 'vitest'
import { openTensorTable } from './checkpoint-files.ts'
import { readTensorWhole } from './tensor-data.ts'
import { failureOf, memoryFolder, safetensorsBytes } from './testing.ts'

const f32 = (start: number) => ({ dtype: 'F32', shape: [1], data_offsets: [start, start + 4] })

/** A file of one-element tensors, holding `first`, `first` + 1, … */
function file(names: readonly string[], first = 0): Uint8Array<ArrayBuffer> {
  const header = Object.fromEntries(names.map((name, i) => [name, f32(4 * i)]))
  const bytes = safetensorsBytes(header, 4 * names.length)
  const data = new DataView(bytes.buffer, bytes.length - 4 * names.length)
  names.forEach((_, i) => {
    data.setFloat32(4 * i, first + i, true)
  })
  return bytes
}

const index = (weight_map: unknown) => JSON.stringify({ metadata: {}, weight_map })
const INDEX = 'model.safetensors.index.json'
const S1 = 'model-00001-of-00002.safetensors'
const S2 = 'model-00002-of-00002.safetensors'

describe('openTensorTable', () => {
  it('prefers model.safetensors', async () => {
    const table = await openTensorTable(
      memoryFolder({ 'model.safetensors': file(['a']), 'decant.safetensors': file(['b']) }),
    )
    expect([...table.tensors.keys()]).toEqual(['a'])
  })

  it('merges shards, each tensor read from its own file', async () => {
    const folder = memoryFolder({
      [INDEX]: index({ a: S1, b: S1, c: S2 }),
      [S1]: file(['a', 'b'], 10),
      [S2]: file(['c'], 20),
    })
    const table = await openTensorTable(folder)
    const values = await Promise.all(['a', 'b', 'c'].map((name) => readTensorWhole(table, name)))
    expect(values.map(([value]) => value)).toEqual([10, 11, 20])
  })

  it('falls back to decant.safetensors', async () => {
    const table = await openTensorTable(memoryFolder({ 'decant.safetensors': file(['b']) }))
    expect(table.name).toBe('decant.safetensors')
  })

  const cases: [
    what: string,
    files: Record<string, string | Uint8Array<ArrayBuffer>>,
    code: string,
    parts: string[],
  ][] = [
    ['an empty folder', {}, 'file-missing', ['no model.safetensors']],
    [
      'a pickle',
      { 'pytorch_model.bin': 'x' },
      'file-missing',
      ['pytorch_model.bin', 'save the model as safetensors'],
    ],
    ['an ONNX file', { 'onnx/model.onnx': 'x' }, 'file-missing', ['onnx/model.onnx', 'save the model']],
    ['a missing shard', { [INDEX]: index({ a: S1, c: S2 }), [S1]: file(['a']) }, 'file-missing', [S2]],
    [
      'a tensor that its shard lacks',
      { [INDEX]: index({ a: S1, b: S1 }), [S1]: file(['a']) },
      'safetensors-invalid',
      ['b', S1],
    ],
    [
      'a tensor in another shard',
      { [INDEX]: index({ a: S1, c: S2 }), [S1]: file(['a', 'c']), [S2]: file([]) },
      'safetensors-invalid',
      ['c', S1, S2],
    ],
    [
      'a tensor that is not listed',
      { [INDEX]: index({ a: S1 }), [S1]: file(['a', 'z']) },
      'safetensors-invalid',
      ['z', 'no file'],
    ],
    [
      'a path out of the folder',
      { [INDEX]: index({ a: '../x.safetensors' }) },
      'safetensors-invalid',
      ['../x.safetensors'],
    ],
    [
      'an absolute path',
      { [INDEX]: index({ a: '/x.safetensors' }) },
      'safetensors-invalid',
      ['/x.safetensors'],
    ],
    ['a shard of another format', { [INDEX]: index({ a: 'x.bin' }) }, 'safetensors-invalid', ['x.bin']],
    ['a shard that is a number', { [INDEX]: index({ a: 3 }) }, 'safetensors-invalid', ['3']],
    ['no weight_map', { [INDEX]: '{}' }, 'safetensors-invalid', ['weight_map']],
    ['an empty weight_map', { [INDEX]: index({}) }, 'safetensors-invalid', ['empty']],
    ['an index that is no JSON', { [INDEX]: '{' }, 'json-invalid', [INDEX]],
    [
      'too many shards',
      {
        [INDEX]: index(
          Object.fromEntries(Array.from({ length: 1001 }, (_, i) => [`${i}`, `${i}.safetensors`])),
        ),
      },
      'safetensors-invalid',
      ['1001', '1000'],
    ],
  ]
  it.each(cases)('refuses %s', async (_, files, code, parts) => {
    const failure = await failureOf(() => openTensorTable(memoryFolder(files)))
    expect(failure.code).toBe(code)
    for (const part of parts) expect(failure.message).toContain(part)
  })
})
