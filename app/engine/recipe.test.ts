// Recipes: the documented example is read, every wrong key or value is refused by name, and what is written is read back.
import { describe, expect, it } from 'vitest'
import type { OptionDefinition } from './base/options.ts'
import { catalog } from './catalog.ts'
import { failureOf } from './formats/testing.ts'
import type { StageKind } from './protocol.ts'
import { formatRecipe, parseRecipe, parseStage } from './recipe.ts'

const EXAMPLE = {
  recipe_version: 1,
  model: 'model',
  seed: 0,
  data: {
    train: 'train.csv',
    test: 'test.csv',
    text: 'text',
    label: 'label',
    validation: 0.1,
    max_length: 128,
  },
  stages: [
    {
      kind: 'distill',
      student_layers: [0, 2, 4],
      temperature: 4,
      kd_weight: 1,
      hard_label_weight: 0.1,
      hidden_weight: 0.5,
      epochs: 5,
      batch_size: 32,
      learning_rate: 1e-4,
      warmup: 0.06,
      weight_decay: 0.01,
      clip_norm: 1,
    },
    {
      kind: 'prune',
      pruning_ratio: 0.3,
      importance: 'fisher',
      targets: ['heads', 'ffn'],
      round_to: 1,
      recovery: { epochs: 1, learning_rate: 5e-5 },
    },
    { kind: 'quantize', scheme: 'W8A8_DYNAMIC' },
    { kind: 'quantize', scheme: 'W4A16', group_size: 64 },
  ],
  export: [
    { format: 'onnx', precision: 'fp32' },
    { format: 'onnx', precision: 'q8' },
    { format: 'onnx', precision: 'q4' },
  ],
}
const MINIMAL = { recipe_version: 1, model: 'm', data: { test: 'test.csv' }, stages: [] }

const parse = (recipe: object) => parseRecipe(JSON.stringify(recipe), 'recipe.json')

describe('parseRecipe', () => {
  it('reads the documented example, every value kept', () => {
    const recipe = parse(EXAMPLE)
    expect(recipe).toMatchObject({
      ...EXAMPLE,
      stages: EXAMPLE.stages.map(({ recovery: _, ...stage }) => stage),
    })
    expect(recipe.stages[1]).toMatchObject({ 'recovery.epochs': 1, 'recovery.learning_rate': 5e-5 })
    expect(recipe.stages[1]).toMatchObject({ 'recovery.temperature': 4, 'recovery.kd_weight': 1 })
  })

  it('fills in what is left out', () => {
    const recipe = parse({ ...MINIMAL, stages: [{ kind: 'quantize' }], export: [{ format: 'onnx' }] })
    expect(recipe).toEqual({
      recipe_version: 1,
      model: 'm',
      seed: 0,
      data: { test: 'test.csv', text: 'text', label: null, validation: 0.1, max_length: 128 },
      stages: [{ kind: 'quantize', scheme: 'W8A8_DYNAMIC', group_size: 64, embeddings: 'INT8', ignore: [] }],
      export: [{ format: 'onnx', precision: 'fp32' }],
    })
  })

  it('takes recovery nested or dotted', () => {
    const nested = parseStage({ kind: 'prune', recovery: { epochs: 3 } }, 'here')
    expect(nested).toEqual(parseStage({ kind: 'prune', 'recovery.epochs': 3 }, 'here'))
  })

  it.each(['', '{', '[]', 'null', '{"a": 1, "a": 2}'])('refuses the text %j as JSON', async (text) => {
    expect((await failureOf(() => parseRecipe(text, 'recipe.json'))).code).toBe('json-invalid')
  })

  const stage = (values: object) => ({ ...MINIMAL, stages: [{ kind: 'quantize' }, values] })
  const data = (values: object) => ({ ...MINIMAL, data: { ...MINIMAL.data, ...values } })
  const exported = (values: object) => ({ ...MINIMAL, export: [values] })
  const cases: [recipe: object, parts: string[]][] = [
    [{ ...MINIMAL, stage: [] }, ['unknown key "stage"', 'stages']],
    [{ ...MINIMAL, recipe_version: 2 }, ['"recipe_version" is 2', 'allowed is 1']],
    [{ ...MINIMAL, recipe_version: undefined }, ['"recipe_version" is missing']],
    [{ ...MINIMAL, model: 3 }, ['"model" is 3', 'a folder']],
    [{ ...MINIMAL, model: '' }, ['"model" is ""']],
    [{ ...MINIMAL, model: undefined }, ['"model" is missing']],
    [{ ...MINIMAL, seed: -1 }, ['"seed" is -1', '0 to 4294967295']],
    [{ ...MINIMAL, seed: 1.5 }, ['"seed" is 1.5']],
    [{ ...MINIMAL, seed: 2 ** 32 }, ['"seed" is 4294967296']],
    [{ ...MINIMAL, data: 'train.csv' }, ['"data" is "train.csv"', 'an object']],
    [{ ...MINIMAL, data: undefined }, ['"data" is missing']],
    [{ ...MINIMAL, stages: {} }, ['"stages" is {}', 'a list']],
    [{ ...MINIMAL, export: 'onnx' }, ['"export" is "onnx"', 'a list']],
    [data({ file: 'x' }), ['data: unknown key "file"', 'train, test']],
    [data({ test: undefined }), ['data: "train" is missing', 'a file name']],
    [data({ train: 1 }), ['data: "train" is 1', 'a file name']],
    [data({ test: null }), ['data: "test" is null', 'a file name']],
    [data({ text: 0 }), ['data: "text" is 0', 'a column name']],
    [data({ label: 0 }), ['data: "label" is 0', 'a column name or null']],
    [data({ validation: 0.6 }), ['data: "validation" is 0.6', '0 to 0.5']],
    [data({ max_length: 3 }), ['data: "max_length" is 3', '4 to 4096']],
    [stage([]), ['stages[1]: "stage" is []', 'an object']],
    [stage({}), ['stages[1]: "kind" is missing', 'distill, prune, quantize']],
    [stage({ kind: 'train' }), ['stages[1]: "kind" is "train"', 'distill, prune, quantize']],
    [stage({ kind: 'quantize', bits: 8 }), ['stages[1]: unknown key "bits"', 'scheme, group_size']],
    [stage({ kind: 'quantize', scheme: 'W2' }), ['stages[1]: "scheme" is "W2"', 'W8A8_DYNAMIC, W4A16']],
    [stage({ kind: 'prune', pruning_ratio: 0.95 }), ['stages[1]: "pruning_ratio" is 0.95', '0 to 0.9']],
    [
      stage({ kind: 'prune', importance: 'luck' }),
      ['"importance" is "luck"', 'fisher, taylor, magnitude, random'],
    ],
    [stage({ kind: 'prune', recovery: { epoch: 1 } }), ['unknown key "recovery.epoch"', 'recovery.epochs']],
    [stage({ kind: 'prune', recovery: { epochs: -1 } }), ['"recovery.epochs" is -1', '0 to 100']],
    [stage({ kind: 'prune', recovery: 1 }), ['unknown key "recovery"', 'recovery.epochs']],
    [stage({ kind: 'distill', epochs: 0 }), ['"epochs" is 0', '1 to 100']],
    [exported({ format: 'gguf' }), ['export[0]: "format" is "gguf"', 'onnx']],
    [exported({}), ['export[0]: "format" is missing', 'onnx']],
    [exported({ format: 'onnx', precision: 'q2' }), ['export[0]: "precision" is "q2"', 'fp32, q8, q4']],
    [exported({ format: 'onnx', path: 'x' }), ['export[0]: unknown key "path"', 'format, precision']],
  ]
  it.each(cases)('refuses %j', async (recipe, parts) => {
    const { code, message } = await failureOf(() => parse(recipe))
    expect(['recipe-invalid', 'option-invalid']).toContain(code)
    for (const part of ['recipe.json: ', ...parts]) expect(message).toContain(part)
  })
})

/** A value just outside what an option allows, and how a message shows the allowed ones. */
function wrongValue(option: OptionDefinition): { value: unknown; allowed: string } {
  switch (option.kind) {
    case 'number':
    case 'integer':
      return { value: option.max + option.step, allowed: `from ${option.min} to ${option.max}` }
    case 'choice':
    case 'set':
      return { value: 'none of them', allowed: option.choices.map(({ value }) => value).join(', ') }
    case 'layers':
      return { value: [3, 1], allowed: 'a list of layer numbers, increasing' }
    case 'names':
      return { value: 'a name', allowed: 'a list of names' }
  }
}

describe('every option of every stage', () => {
  const options = Object.entries(catalog.stages).flatMap(([kind, definitions]) =>
    definitions.map((option): [StageKind, string, OptionDefinition] => [
      kind as StageKind,
      option.key,
      option,
    ]),
  )
  it.each(options)('%s refuses a wrong "%s"', async (kind, key, option) => {
    const { value, allowed } = wrongValue(option)
    const { code, message } = await failureOf(() => parseStage({ kind, [key]: value }, 'stages[2]'))
    expect(code).toBe('option-invalid')
    expect(message).toContain(`stages[2]: "${key}" is ${JSON.stringify(value)}; allowed is `)
    expect(message).toContain(allowed)
  })
})

describe('formatRecipe', () => {
  it('writes what parseRecipe reads back', () => {
    for (const recipe of [parse(EXAMPLE), parse(MINIMAL)])
      expect(parseRecipe(formatRecipe(recipe), 'recipe.json')).toEqual(recipe)
  })

  it('nests recovery and writes its values in full', () => {
    const written = JSON.parse(formatRecipe(parse(EXAMPLE))) as { stages: Record<string, unknown>[] }
    expect(written.stages[1]).not.toHaveProperty(['recovery.epochs'])
    expect(written.stages[1]!.recovery).toMatchObject({ epochs: 1, learning_rate: 5e-5, temperature: 4 })
  })
})
