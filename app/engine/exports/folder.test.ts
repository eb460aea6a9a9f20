// The exported folder: what is in it, that it opens again to the same bits, and what its card says.
import { beforeAll, describe, expect, it } from 'vitest'
import { openCheckpoint } from '../archs/load-plan.ts'
import { type Folder, memorySource } from '../base/bytes.ts'
import { readTensorWhole } from '../formats/tensor-data.ts'
import type { ModelSpec, Role } from '../model/spec.ts'
import { roleShapes } from '../model/spec.ts'
import type { ModelRow, Recipe } from '../protocol.ts'
import { type ModelFolder, writeModelFolder } from './folder.ts'
import onnx from './onnx.export.ts'
import safetensors from './safetensors.export.ts'
import {
  architectureOf,
  goldenModel,
  memoryFolder,
  portable,
  randomWeights,
  type Weights,
} from './testing.ts'

const recipe: Recipe = {
  recipe_version: 1,
  model: 'model',
  seed: 0,
  data: { text: 'text', label: 'label', validation: 0.1, max_length: 40 },
  stages: [],
  export: [],
}

const row = (stage: ModelRow['stage'], more: Partial<ModelRow> = {}): ModelRow => ({
  stage,
  parameters: 22742861,
  encoder_parameters: 10_000_000,
  bytes: 90971444,
  group_bytes: { embeddings: 47000000, attention: 14000000, 'feed-forward': 28000000, head: 700000 },
  gpu_bytes: 120000000,
  multiply_adds: 340000000,
  layers: [],
  split: 'test',
  n: 3080,
  accuracy: 0.9325,
  interval: [0.9231, 0.9408],
  macro_f1: 0.932,
  agreement: 1,
  kl: 0,
  latency_ms: { batch: 1, tokens: 32, p50: 5.1, p95: 6, samples: [5] },
  seconds: 0,
  ...more,
})

let golden: Awaited<ReturnType<typeof goldenModel>>
beforeAll(async () => {
  golden = await goldenModel('tiny-bert')
})

async function written(spec: ModelSpec, weights: Weights, more: Partial<ModelFolder> = {}) {
  const output = memoryFolder()
  const files = await writeModelFolder(
    {
      name: 'Banking | small',
      architecture: architectureOf('bert'),
      config: golden.config,
      original: golden.folder,
      recipe,
      recipeText: `${JSON.stringify(recipe)}\n`,
      rows: [row('teacher'), row('quantize', { scheme: 'W4A16', group_size: 64 })],
      exports: ['fp32', 'q8', 'q4'].map((precision) => ({ format: 'onnx', precision })),
      formatOf: (id) => [onnx, safetensors].find((format) => format.id === id),
      portable: () => portable(spec, weights),
      folderName: 'classifier',
      ...more,
    },
    output,
  )
  const sources = [...output.files].map(([name, bytes]) => [name, memorySource(name, bytes)] as const)
  const folder: Folder = { name: 'exported', files: new Map(sources) }
  return { files, output, folder, card: new TextDecoder().decode(output.files.get('README.md')) }
}

async function expectSameModel(folder: Folder, spec: ModelSpec, weights: Weights) {
  const opened = await openCheckpoint(folder, architectureOf)
  expect(opened.spec).toEqual(spec)
  expect(opened.unused).toEqual([])
  for (const role of roleShapes(spec).keys()) {
    const parts = []
    for (const name of opened.plan.get(role)!.names)
      parts.push(...(await readTensorWhole(opened.table, name)))
    expect(Float32Array.from(parts)).toEqual(weights(role as Role))
  }
}

describe('writeModelFolder', () => {
  it('writes weights, config, tokenizer, recipe and card, and says how large each weight file is', async () => {
    const { files, output } = await written(golden.spec, golden.weights)
    expect([...output.files.keys()].sort()).toEqual([
      'README.md',
      'config.json',
      'model.safetensors',
      'onnx/model.onnx',
      'onnx/model_q4.onnx',
      'onnx/model_quantized.onnx',
      'recipe.json',
      'tokenizer.json',
      'tokenizer_config.json',
    ])
    for (const { file, bytes } of files) expect(output.files.get(file)!.length).toBe(bytes)
    expect(JSON.parse(new TextDecoder().decode(output.files.get('recipe.json')))).toEqual(recipe)
  })

  it('opens again to the same spec and the same bits', async () => {
    const { folder } = await written(golden.spec, golden.weights)
    await expectSameModel(folder, golden.spec, golden.weights)
  })

  it('opens again with layers of different sizes, under a name that transformers leaves alone', async () => {
    const layers = [
      { heads: 3, ffn: 50, source: 0 },
      { heads: 0, ffn: 0, source: 1 },
    ]
    const spec = { ...golden.spec, layers }
    const weights = randomWeights(spec, 3)
    const { folder, output, card } = await written(spec, weights)
    expect(output.files.has('model.safetensors')).toBe(false)
    await expectSameModel(folder, spec, weights)
    expect(card).toContain('heads of 8: 3, 0 (by layer)')
    expect(card).toContain('transformers cannot build')
  })

  it('writes nothing when an export is unknown', async () => {
    const output = memoryFolder()
    const exports = [{ format: 'gguf', precision: 'q8' }]
    const given = { ...golden, name: 'x', architecture: architectureOf('bert'), original: golden.folder }
    const rest = { recipe, recipeText: '{}', rows: [], exports, formatOf: () => undefined, folderName: 'x' }
    const model = portable(golden.spec, golden.weights)
    const writing = writeModelFolder({ ...given, ...rest, portable: () => model }, output)
    await expect(writing).rejects.toMatchObject({ code: 'recipe-invalid', message: /gguf/ })
    expect(output.files.size).toBe(0)
  })
})

describe('the model card', () => {
  it('begins with front matter and holds a row for every measured model', async () => {
    const { card } = await written(golden.spec, golden.weights)
    expect(card).toMatch(/^---\nlibrary_name: transformers\.js\npipeline_tag: text-classification\n/)
    expect(card).toContain(
      '| Teacher | 22,742,861 | 91.0 | 5.1 / 6.0 (batch 1, 32 tokens) | 93.3 % (92.3–94.1) | 0.932 | 100.0 % | 3,080 |',
    )
    expect(card).toContain('| INT4, groups of 64 |')
    expect(card).toContain('enable_truncation(40)')
  })

  it('says what was done, how to use the files that are there, and what the numbers do not say', async () => {
    const stages: Recipe['stages'] = [
      { kind: 'distill', student_layers: [0, 1] },
      { kind: 'prune', pruning_ratio: 0.25, importance: 'fisher' },
      { kind: 'quantize', scheme: 'W4A16', group_size: 32 },
    ]
    const { card } = await written(golden.spec, golden.weights, { recipe: { ...recipe, stages } })
    const heads = [...card.matchAll(/^## (.+)$/gm)].map(([, head]) => head)
    expect(heads).toEqual(['What was done', 'Measured', 'Files', 'How to use', 'Limits', 'Recipe'])
    expect(card).toContain('1. Distilled: a student that starts from layers 0, 1 of the teacher')
    expect(card).toContain('1. Pruned: 25.0 % of the encoder’s parameters removed, least fisher importance')
    expect(card).toContain('1. Quantized to INT4: weights in groups of 32')
    for (const part of [
      'onnx/model_quantized.onnx',
      "'classifier', { dtype: 'q8' }",
      'decant predict classifier',
    ])
      expect(card).toContain(part)
    expect(card).toContain('Measured on 3,080 test rows')
    expect(card).toContain('INT4 saves storage, not time')
  })

  it('names base model and license where they are known, and says that they are not elsewhere', async () => {
    const { card: without } = await written(golden.spec, golden.weights)
    expect(without).toMatch(/^# Not known to Decant.*base_model, license$/m)
    const readme = new TextEncoder().encode('---\ntags:\n- x\nlicense: apache-2.0\n---\n# Original\n')
    const files = new Map([...golden.folder.files, ['README.md', memorySource('README.md', readme)] as const])
    const original = { ...golden.folder, files }
    const { card } = await written(golden.spec, golden.weights, { name: 'someone/bert', original })
    const [, front = ''] = /^---\n([\s\S]+?)\n---\n/.exec(card) ?? []
    expect(front.split('\n')).toEqual(
      expect.arrayContaining(['license: apache-2.0', 'base_model: someone/bert', 'tags:', '- onnx']),
    )
    expect(front).not.toContain('Not known')
  })

  it('shows agreement with its interval where there are no labels', async () => {
    const { accuracy: _, macro_f1: __, ...unlabelled } = row('distill', { agreement: 0.9 })
    const { card } = await written(golden.spec, golden.weights, { rows: [unlabelled] })
    expect(card).toContain('| no labels | no labels | 90.0 % (92.3–94.1) |')
    expect(card).toContain('- distillation')
  })
})
