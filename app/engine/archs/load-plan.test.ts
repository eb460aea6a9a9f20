// Opening checkpoints: the golden ones map without rest, and each disagreement is named.
import { describe, expect, it } from 'vitest'
import { type ByteSource, memorySource } from '../base/bytes.ts'
import { writeSafetensors } from '../formats/tensor-data.ts'
import { diskFolder, FIXTURES, failureOf, MemorySink, memoryFolder } from '../formats/testing.ts'
import { parameterCount, roleShapes } from '../model/spec.ts'
import bert from './bert.arch.ts'
import distilbert from './distilbert.arch.ts'
import { openCheckpoint } from './load-plan.ts'

const find = (id: string) => [bert, distilbert].find((architecture) => architecture.id === id)

const CONFIG = {
  model_type: 'bert',
  hidden_size: 4,
  num_attention_heads: 2,
  num_hidden_layers: 1,
  intermediate_size: 3,
  vocab_size: 5,
  max_position_embeddings: 6,
}
const spec = bert.parse(CONFIG, 2, 'c')

/** Name and shape of every tensor of the model of CONFIG, qkv apart. */
const SHAPES = new Map(
  [...bert.tensorNames(spec)].flatMap(([role, names]) => {
    const [rows, ...rest] = roleShapes(spec).get(role)!
    return names.map((name): [string, number[]] => [name, [rows! / names.length, ...rest]])
  }),
)

async function folderOf(shapes: ReadonlyMap<string, number[]>, config: object = CONFIG) {
  const sink = new MemorySink()
  const tensors = [...shapes].map(([name, shape]) => ({
    name,
    shape,
    read: async () => new Float32Array(shape.reduce((product, size) => product * size, 1)),
  }))
  await writeSafetensors(sink, tensors, {})
  return memoryFolder({ 'config.json': JSON.stringify(config), 'model.safetensors': sink.bytes() })
}

const renamed = (rename: (name: string) => string) =>
  new Map([...SHAPES].map(([name, shape]) => [rename(name), shape]))
const changed = (name: string, shape: number[]) => new Map(SHAPES).set(name, shape)
const without = (name: string) => new Map([...SHAPES].filter(([key]) => key !== name))

describe('golden checkpoints', () => {
  it.each(['tiny-bert', 'tiny-bert-f16', 'tiny-bert-bf16', 'tiny-distilbert'])(
    '%s maps whole',
    async (name) => {
      const checkpoint = await openCheckpoint(diskFolder(FIXTURES + name), find)
      expect(checkpoint.unused).toEqual([])
      expect([...checkpoint.plan.keys()]).toEqual([...roleShapes(checkpoint.spec).keys()])
      const elements = [...checkpoint.table.tensors.values()].map(({ shape }) =>
        shape.reduce((p, n) => p * n, 1),
      )
      expect(elements.reduce((sum, count) => sum + count, 0)).toBe(parameterCount(checkpoint.spec))
      expect(checkpoint.spec.labels).toEqual(['billing', 'delivery', 'login', 'refund', 'other'])
    },
  )
})

describe('openCheckpoint', () => {
  it('takes names with and without the encoder’s prefix', async () => {
    const bare = await openCheckpoint(await folderOf(renamed((name) => name.replace(/^bert\./, ''))), find)
    expect(bare.plan.get('layers.0.qkv.weight')).toEqual({
      names: ['query', 'key', 'value'].map((part) => `encoder.layer.0.attention.self.${part}.weight`),
      shape: [12, 4],
    })
    expect(bare.unused).toEqual([])
  })

  it('ignores counters and lists what else it does not use', async () => {
    const shapes = changed('bert.embeddings.position_ids', [1, 6]).set('cls.predictions.bias', [5])
    const { unused } = await openCheckpoint(await folderOf(shapes), find)
    expect(unused).toEqual(['cls.predictions.bias'])
  })

  it('opens a layer without heads or neurons', async () => {
    const empty = { ...spec, layers: [{ heads: 0, ffn: 0, source: 0 }] }
    const shapes = new Map(
      [...bert.tensorNames(empty)].flatMap(([role, names]) => {
        const [rows, ...rest] = roleShapes(empty).get(role)!
        return names.map((name): [string, number[]] => [name, [rows! / names.length, ...rest]])
      }),
    )
    const opened = await openCheckpoint(await folderOf(shapes, bert.toConfig(empty, CONFIG)), find)
    expect(opened.spec.layers).toEqual(empty.layers)
  })

  const query = 'bert.encoder.layer.0.attention.self.query.weight'
  const cases: [
    what: string,
    shapes: Map<string, number[]>,
    config: object,
    code: string,
    parts: string[],
  ][] = [
    ['a missing tensor', without(query), CONFIG, 'tensor-missing', ['model.safetensors', query]],
    [
      'an encoder without a head',
      without('classifier.weight'),
      CONFIG,
      'tensor-missing',
      ['classification head'],
    ],
    ['another shape', changed(query, [4, 5]), CONFIG, 'tensor-shape', [query, '[4, 5]', '[4, 4]']],
    [
      'a transposed shape',
      changed('bert.encoder.layer.0.intermediate.dense.weight', [4, 3]),
      CONFIG,
      'tensor-shape',
      ['[4, 3]', '[3, 4]'],
    ],
    ['another number of dimensions', changed(query, [16]), CONFIG, 'tensor-shape', ['[16]', '[4, 4]']],
    [
      'a flat classifier',
      changed('classifier.weight', [8]),
      CONFIG,
      'tensor-shape',
      ['classifier.weight', '[8]'],
    ],
    [
      'a classifier of another width',
      changed('classifier.weight', [2, 5]),
      CONFIG,
      'tensor-shape',
      ['[2, 5]', '[2, 4]'],
    ],
    ['a larger vocabulary', SHAPES, { ...CONFIG, vocab_size: 7 }, 'tensor-shape', ['[5, 4]', '[7, 4]']],
    [
      'more layers than there are',
      SHAPES,
      { ...CONFIG, num_hidden_layers: 2 },
      'tensor-missing',
      ['layer.1.'],
    ],
    ['labels that disagree', SHAPES, { ...CONFIG, num_labels: 3 }, 'config-invalid', ['3', '2 rows']],
    [
      'another architecture',
      SHAPES,
      { ...CONFIG, model_type: 'gpt2' },
      'architecture-unsupported',
      ['config.json', '"gpt2"'],
    ],
    [
      'no model_type',
      SHAPES,
      { ...CONFIG, model_type: undefined },
      'config-invalid',
      ['model_type is missing'],
    ],
    [
      'a model_type that is a list',
      SHAPES,
      { ...CONFIG, model_type: ['bert'] },
      'config-invalid',
      ['model_type'],
    ],
  ]
  it.each(cases)('refuses %s', async (_, shapes, config, code, parts) => {
    const folder = await folderOf(shapes, config)
    const failure = await failureOf(() => openCheckpoint(folder, find))
    expect(failure.code).toBe(code)
    for (const part of parts) expect(failure.message).toContain(part)
  })

  it('refuses weights that are integers', async () => {
    const folder = await folderOf(SHAPES)
    const bytes = await folder.files
      .get('model.safetensors')!
      .read(0, folder.files.get('model.safetensors')!.size)
    const damaged = Uint8Array.from(bytes)
    damaged.set(new TextEncoder().encode('"I32"'), Buffer.from(bytes).indexOf('"F32"'))
    const files = new Map<string, ByteSource>(folder.files).set(
      'model.safetensors',
      memorySource('model.safetensors', damaged),
    )
    const failure = await failureOf(() => openCheckpoint({ ...folder, files }, find))
    expect(failure).toMatchObject({ code: 'safetensors-invalid', message: expect.stringContaining('is I32') })
  })

  it('refuses a folder without config.json', async () => {
    const failure = await failureOf(() => openCheckpoint(memoryFolder({ 'model.safetensors': 'x' }), find))
    expect(failure).toMatchObject({ code: 'file-missing', message: expect.stringContaining('config.json') })
  })
})
