// Architectures: configs become sizes or are refused with both numbers, and shapes survive being written and read.
import { describe, expect, it } from 'vitest'
import { failureOf } from '../formats/testing.ts'
import type { ModelSpec } from '../model/spec.ts'
import { roleShapes } from '../model/spec.ts'
import bert from './bert.arch.ts'
import distilbert from './distilbert.arch.ts'
import { isHuggingFaceShape } from './layers.ts'

const labels = { 0: 'no', 1: 'yes' }
const BERT = {
  model_type: 'bert',
  hidden_size: 12,
  num_attention_heads: 3,
  num_hidden_layers: 2,
  intermediate_size: 20,
  vocab_size: 50,
  max_position_embeddings: 16,
  type_vocab_size: 2,
  layer_norm_eps: 1e-5,
  hidden_act: 'gelu_new',
  id2label: labels,
}
const DISTILBERT = {
  model_type: 'distilbert',
  dim: 12,
  n_heads: 3,
  n_layers: 2,
  hidden_dim: 20,
  vocab_size: 50,
  max_position_embeddings: 16,
  activation: 'relu',
  id2label: labels,
}
const common = {
  hidden: 12,
  headSize: 4,
  vocabulary: 50,
  positions: 16,
  labels: ['no', 'yes'],
  layers: [
    { heads: 3, ffn: 20, source: 0 },
    { heads: 3, ffn: 20, source: 1 },
  ],
}

describe('parse', () => {
  it('reads a BERT config', () => {
    expect(bert.parse(BERT, 2, 'config.json')).toEqual({
      ...common,
      architecture: 'bert',
      tokenTypes: 2,
      activation: 'gelu_tanh',
      poolerActivation: 'tanh',
      layerNormEpsilon: 1e-5,
    })
  })

  it('reads a DistilBERT config', () => {
    expect(distilbert.parse(DISTILBERT, 2, 'config.json')).toEqual({
      ...common,
      architecture: 'distilbert',
      tokenTypes: 0,
      activation: 'relu',
      poolerActivation: 'relu',
      layerNormEpsilon: 1e-12,
    })
  })

  it('counts labels by the classifier when none are named', () => {
    const { id2label: _, ...bare } = BERT
    expect(bert.parse(bare, 3, 'c').labels).toEqual(['LABEL_0', 'LABEL_1', 'LABEL_2'])
    expect(bert.parse({ ...bare, num_labels: 3, id2label: null }, 3, 'c').labels).toHaveLength(3)
  })

  it.each([
    ['gelu', 'gelu'],
    ['gelu_new', 'gelu_tanh'],
    ['gelu_pytorch_tanh', 'gelu_tanh'],
    ['relu', 'relu'],
    [undefined, 'gelu'],
  ])('maps activation %s to %s', (name, expected) => {
    expect(bert.parse({ ...BERT, hidden_act: name }, 2, 'c').activation).toBe(expected)
  })

  it.each([
    ['is_decoder', false],
    ['position_embedding_type', 'absolute'],
    ['problem_type', 'single_label_classification'],
    ['pruned_heads', {}],
    ['quantization_config', null],
  ])('accepts %s %s', (key, value) => {
    expect(bert.parse({ ...BERT, [key]: value }, 2, 'c').hidden).toBe(12)
  })

  const decant = (layers: unknown, head_size: unknown = 4) => ({ decant: { layers, head_size } })
  const layer = { heads: 3, ffn: 20, source: 0 }
  const cases: [what: string, changes: Record<string, unknown>, parts: string[]][] = [
    ['a missing size', { hidden_size: undefined }, ['hidden_size is missing']],
    ['a size of zero', { num_hidden_layers: 0 }, ['num_hidden_layers is 0']],
    ['a negative size', { vocab_size: -1 }, ['vocab_size is -1']],
    ['a fractional size', { intermediate_size: 2.5 }, ['intermediate_size is 2.5']],
    ['a size that is text', { hidden_size: '12' }, ['hidden_size is "12"']],
    ['a size beyond reason', { vocab_size: 1e12 }, ['1000000000000', '16777216']],
    ['too many layers', { num_hidden_layers: 1001 }, ['1001', '1000']],
    ['heads that do not divide', { num_attention_heads: 5 }, ['hidden_size 12', 'num_attention_heads 5']],
    ['an epsilon of zero', { layer_norm_eps: 0 }, ['layer_norm_eps is 0']],
    ['an unknown activation', { hidden_act: 'silu' }, ['"silu"', 'gelu_new']],
    ['an activation named like a property', { hidden_act: 'constructor' }, ['"constructor"']],
    ['relative positions', { position_embedding_type: 'relative_key' }, ['"relative_key"', '"absolute"']],
    ['a decoder', { is_decoder: true }, ['is_decoder is true']],
    ['cross-attention', { add_cross_attention: true }, ['add_cross_attention is true']],
    ['several labels a text', { problem_type: 'multi_label_classification' }, ['multi_label_classification']],
    ['quantized weights', { quantization_config: { quant_method: 'gptq' } }, ['quantization_config', 'gptq']],
    ['pruned_heads', { pruned_heads: { 0: [1] } }, ['pruned_heads']],
    ['more labels than rows', { id2label: { ...labels, 2: 'maybe' } }, ['id2label has 3', '2 rows']],
    ['fewer labels than rows', { id2label: { 0: 'no' } }, ['id2label has 1', '2 rows']],
    ['a gap in the labels', { id2label: { 0: 'no', 2: 'yes' } }, ['none for 1']],
    ['a label that is a number', { id2label: { 0: 'no', 1: 7 } }, ['7 for 1']],
    ['two labels with one name', { id2label: { 0: 'no', 1: 'no' } }, ['0 and 1', '"no"']],
    ['a list of labels', { id2label: ['no', 'yes'] }, ['id2label is not an object']],
    ['num_labels that disagrees', { num_labels: 4 }, ['num_labels is 4', '2 rows']],
    ['decant without layers', { decant: {} }, ['decant has no list']],
    ['decant of another length', decant([layer]), ['lists 1 layers', 'has 2']],
    ['decant with another head size', decant([layer, layer], 6), ['head_size 6', 'is 4']],
    ['decant with too many heads', decant([layer, { ...layer, heads: 4 }]), ['layer 1', 'heads 4', '0 to 3']],
    ['decant with a negative width', decant([{ ...layer, ffn: -1 }, layer]), ['layer 0', 'ffn -1']],
    ['decant without a source', decant([{ heads: 3, ffn: 20 }, layer]), ['layer 0', 'source missing']],
  ]
  it.each(cases)('refuses %s', async (_, changes, parts) => {
    const { code, message } = await failureOf(() =>
      bert.parse({ ...BERT, ...changes }, 2, 'some/config.json'),
    )
    expect(code).toBe('config-invalid')
    for (const part of ['some/config.json: ', ...parts]) expect(message).toContain(part)
  })

  it('refuses a classifier with one row', async () => {
    const { message } = await failureOf(() => bert.parse({ ...BERT, id2label: { 0: 'score' } }, 1, 'c'))
    expect(message).toContain('1 row')
  })
})

describe.each([
  ['bert', bert, BERT],
  ['distilbert', distilbert, DISTILBERT],
] as const)('%s', (id, architecture, config) => {
  const spec = architecture.parse(config, 2, 'c')

  it('names every role of the spec, and each tensor once', () => {
    const names = architecture.tensorNames(spec)
    expect([...names.keys()]).toEqual([...roleShapes(spec).keys()])
    const all = [...names.values()].flat()
    expect(new Set(all).size).toBe(all.length)
    expect(all).toContain(architecture.classifier)
    expect(names.get('layers.1.qkv.weight')).toHaveLength(3)
  })

  const variants: [what: string, spec: ModelSpec, isLoadable: boolean][] = [
    ['its own shape', spec, true],
    ['fewer layers', { ...spec, layers: spec.layers.slice(0, 1) }, true],
    ['one narrower width', { ...spec, layers: spec.layers.map((layer) => ({ ...layer, ffn: 7 })) }, true],
    ['widths that differ', { ...spec, layers: [spec.layers[0]!, { heads: 3, ffn: 9, source: 1 }] }, false],
    ['fewer heads', { ...spec, layers: spec.layers.map((layer) => ({ ...layer, heads: 2 })) }, false],
    [
      'a layer that lost everything',
      { ...spec, layers: [spec.layers[0]!, { heads: 0, ffn: 0, source: 5 }] },
      false,
    ],
    [
      'layers without neurons',
      { ...spec, layers: spec.layers.map((layer) => ({ ...layer, ffn: 0 })) },
      false,
    ],
  ]
  it.each(variants)('keeps %s through a config', (_, changed, isLoadable) => {
    const written = architecture.toConfig(changed, { ...config, torch_dtype: 'float16' })
    expect(isHuggingFaceShape(changed)).toBe(isLoadable)
    expect('decant' in written).toBe(!isLoadable)
    expect(written).toMatchObject({ model_type: id, dtype: 'float32', label2id: { no: 0, yes: 1 } })
    expect(written).not.toHaveProperty('torch_dtype')
    expect(architecture.parse(JSON.parse(JSON.stringify(written)), 2, 'c')).toEqual(changed)
  })

  it('drops the list of layers when the shape is uniform again', () => {
    const uneven = { ...spec, layers: spec.layers.map((layer, i) => ({ ...layer, ffn: 5 + i })) }
    const written = architecture.toConfig(spec, architecture.toConfig(uneven, config))
    expect(written).not.toHaveProperty('decant')
  })
})
