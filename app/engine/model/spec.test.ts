// Sizes that follow from a spec: parameters as in real files, bytes and multiply-adds as counted by hand.
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { openCheckpoint } from '../archs/load-plan.ts'
import { diskFolder, FIXTURES } from '../formats/testing.ts'
import { architectures } from '../registry.ts'
import {
  encoderParameterCount,
  headParameterCount,
  linearLayerOf,
  type ModelSpec,
  modelBytes,
  multiplyAdds,
  neuronParameterCount,
  parameterCount,
  roleShapes,
  type StorageFormat,
  stepFlops,
} from './spec.ts'

/** Two unlike layers: 3 heads of 4 and 10 neurons, then 1 head and 5 neurons. */
const SPEC: ModelSpec = {
  architecture: 'bert',
  hidden: 12,
  headSize: 4,
  vocabulary: 50,
  positions: 16,
  tokenTypes: 2,
  layers: [
    { heads: 3, ffn: 10, source: 0 },
    { heads: 1, ffn: 5, source: 3 },
  ],
  labels: ['a', 'b', 'c'],
  activation: 'gelu',
  poolerActivation: 'tanh',
  layerNormEpsilon: 1e-12,
}
const FORMAT: StorageFormat = { scheme: 'F32', groupSize: 0, embeddings: 'F32', isExempt: () => false }

const product = (shape: readonly number[]) => shape.reduce((size, side) => size * side, 1)

describe.each(['tiny-bert', 'tiny-distilbert', 'tiny-bert-f16'])('on %s', (name) => {
  it('counts as many parameters as the file has elements', async () => {
    const { spec, table } = await openCheckpoint(diskFolder(join(FIXTURES, name)), (id) =>
      architectures.get(id),
    )
    const elements = (names: RegExp) =>
      [...table.tensors]
        .filter(([tensor]) => names.test(tensor))
        .reduce((sum, [, t]) => sum + product(t.shape), 0)
    expect(parameterCount(spec)).toBe(elements(/./))
    const inEncoder = /layer\.\d+\.(?!.*(LayerNorm|layer_norm))/
    expect(encoderParameterCount(spec)).toBe(elements(inEncoder))
  })
})

describe('parameter counts', () => {
  it('add up by hand', () => {
    const embeddings = (50 + 16 + 2) * 12 + 24
    const first = 36 * 12 + 36 + 12 * 12 + 12 + (10 * 12 + 10) + (12 * 10 + 12)
    const second = 12 * 12 + 12 + 12 * 4 + 12 + (5 * 12 + 5) + (12 * 5 + 12)
    const heads = 12 * 12 + 12 + 3 * 12 + 3
    expect(encoderParameterCount(SPEC)).toBe(first + second)
    expect(parameterCount(SPEC)).toBe(embeddings + first + second + 4 * 24 + heads)
  })

  it('say what one head and one neuron own: the difference of having it', () => {
    const withLayer = (layer: Partial<ModelSpec['layers'][number]>) =>
      encoderParameterCount({ ...SPEC, layers: [{ ...SPEC.layers[0]!, ...layer }, SPEC.layers[1]!] })
    expect(withLayer({ heads: 3 }) - withLayer({ heads: 2 })).toBe(headParameterCount(SPEC))
    expect(withLayer({ ffn: 10 }) - withLayer({ ffn: 9 })).toBe(neuronParameterCount(SPEC))
  })

  it('leave nothing but biases in an empty layer', () => {
    const shapes = roleShapes({ ...SPEC, layers: [{ heads: 0, ffn: 0, source: 0 }], tokenTypes: 0 })
    expect(shapes.get('layers.0.qkv.weight')).toEqual([0, 12])
    expect(shapes.get('layers.0.attention_output.weight')).toEqual([12, 0])
    expect(shapes.get('layers.0.ffn_down.bias')).toEqual([12])
    expect(shapes.has('embeddings.type')).toBe(false)
  })
})

describe('multiplyAdds', () => {
  it('counts matrix products of one text by hand', () => {
    const tokens = 7
    // Per token: Q, K, V and output, then up and down; per pair of tokens: scores and weighted values.
    const first = tokens * (4 * 12 * 12 + 2 * 12 * 10) + 2 * tokens * tokens * 12
    const second = tokens * (4 * 12 * 4 + 2 * 12 * 5) + 2 * tokens * tokens * 4
    const classification = 12 * 12 + 12 * 3
    expect(multiplyAdds(SPEC, tokens)).toBe(first + second + classification)
  })
})

describe('stepFlops', () => {
  /** One layer, so that every product can be written down: 2 heads of 3, 5 neurons, 8 hidden, 4 labels. */
  const tiny: ModelSpec = {
    ...SPEC,
    hidden: 8,
    headSize: 3,
    layers: [{ heads: 2, ffn: 5, source: 0 }],
    labels: ['a', 'b', 'c', 'd'],
  }
  /** Rows × inner × columns of each product of one text of 7 tokens. */
  const products = [
    [7, 8, 18], // query, key and value
    [14, 3, 7], // scores of 2 heads
    [14, 7, 3], // weighted values of 2 heads
    [7, 6, 8], // attention output
    [7, 8, 5], // feed-forward, up
    [7, 5, 8], // and down
    [1, 8, 8], // pooler
    [1, 8, 4], // classifier
  ]
  const forward = 2 * products.reduce((sum, [rows, inner, cols]) => sum + rows! * inner! * cols!, 0)

  it('counts every product forward, and two backward for the gradients of its factors', () => {
    expect(forward).toBe(2 * (1008 + 294 + 294 + 336 + 280 + 280 + 64 + 32))
    expect(stepFlops({ student: tiny, batch: 3, tokens: 7 })).toBe(3 * 3 * forward)
  })

  it('adds the forward pass of a teacher that runs along', () => {
    const alone = stepFlops({ student: tiny, batch: 3, tokens: 7 })
    const taught = stepFlops({ student: tiny, teacher: SPEC, batch: 3, tokens: 7 })
    expect(taught - alone).toBe(3 * 2 * multiplyAdds(SPEC, 7))
  })
})

describe('modelBytes', () => {
  const linear: [rows: number, columns: number][] = [
    [36, 12],
    [12, 12],
    [10, 12],
    [12, 10],
    [12, 12],
    [12, 4],
    [5, 12],
    [12, 5],
    [12, 12],
    [3, 12],
  ]
  const sum = (sizes: number[]) => sizes.reduce((total, size) => total + size, 0)
  const floats = 4 * parameterCount(SPEC)
  const linearFloats = 4 * sum(linear.map(product))

  it('is four bytes a parameter in F32', () => {
    expect(modelBytes(SPEC, FORMAT)).toBe(floats)
  })

  it('is a byte a weight and a scale a row at 8 bits', () => {
    const packed = sum(linear.map(([rows, columns]) => rows * columns + 4 * rows))
    const format = { ...FORMAT, scheme: 'W8A8_DYNAMIC' } as const
    expect(modelBytes(SPEC, format)).toBe(floats - linearFloats + packed)
  })

  it('is half a byte a weight of whole groups and a scale a group at 4 bits', () => {
    const groups = ([rows, columns]: [number, number]) => rows * Math.ceil(columns / 8)
    const packed = sum(linear.map((size) => groups(size) * (4 + 4)))
    const format = { ...FORMAT, scheme: 'W4A16', groupSize: 8 } as const
    expect(modelBytes(SPEC, format)).toBe(floats - linearFloats + packed)
  })

  it('counts word embeddings by row, and exempt layers as floats', () => {
    const words = 50 * 12 * 4 - 50 * (12 + 4)
    expect(modelBytes(SPEC, { ...FORMAT, embeddings: 'INT8' })).toBe(floats - words)
    const exempt = { ...FORMAT, scheme: 'W8A8_DYNAMIC', isExempt: () => true } as const
    expect(modelBytes(SPEC, exempt)).toBe(floats)
  })
})

describe('linearLayerOf', () => {
  it('names the layer of matrices only', () => {
    expect(linearLayerOf('layers.1.ffn_up.weight')).toBe('layers.1.ffn_up')
    expect(linearLayerOf('classifier.weight')).toBe('classifier')
    for (const role of ['layers.1.ffn_up.bias', 'layers.0.ffn_norm.weight', 'embeddings.word'] as const)
      expect(linearLayerOf(role)).toBeUndefined()
  })
})
