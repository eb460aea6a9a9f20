// Attention maps against plain F64 loops over the inputs that the reference forward pass has at each layer.
import { beforeAll, describe, expect, test } from 'vitest'
import type { Gpu } from '../../../kernels/runtime/gpu.ts'
import { maxError, testGpu } from '../../../kernels/runtime/testing.ts'
import { randomWeights } from '../exports/testing.ts'
import { openFixture } from '../fixtures/open-fixture.ts'
import { schemes } from '../registry.ts'
import { quantize } from '../stages/quantize.ts'
import { goldenTexts, uploadModel, weightsOf } from '../testing.ts'
import { attentionMaps } from './attention-maps.ts'
import { referenceLogits } from './forward.ref.ts'
import { type Model, releaseModel } from './model.ts'
import type { ModelSpec, Role } from './spec.ts'

/** Scores carry F32 sums of up to three layers; a probability moves by at most a quarter of its score's error. */
const TOLERANCE = 1e-4

let gpu: Gpu
beforeAll(async () => {
  gpu = await testGpu()
})

/** [layer][head]: [T · T] probabilities. */
async function expectedMaps(model: Model, ids: ArrayLike<number>): Promise<number[][][]> {
  const weights = await weightsOf(gpu, model)
  const inputs = new Map<string, Float64Array[]>()
  referenceLogits(model.spec, weights, ids, (layer, rows) => {
    inputs.set(layer, rows)
    return rows
  })
  const { hidden, headSize } = model.spec
  return model.spec.layers.map(({ heads }, layer) => {
    const rows = inputs.get(`layers.${layer}.qkv`)!
    const weight = weights(`layers.${layer}.qkv.weight` as Role)
    const bias = weights(`layers.${layer}.qkv.bias` as Role)
    const project = (row: Float64Array, out: number) =>
      row.reduce((sum, x, column) => sum + x * weight[out * hidden + column]!, bias[out]!)
    return Array.from({ length: heads }, (_, head) =>
      rows.flatMap((query) => {
        const powers = rows.map((key) => {
          let dot = 0
          for (let d = head * headSize; d < (head + 1) * headSize; d++)
            dot += project(query, d) * project(key, heads * headSize + d)
          return Math.exp(dot / Math.sqrt(headSize))
        })
        const total = powers.reduce((sum, power) => sum + power, 0)
        return powers.map((power) => power / total)
      }),
    )
  })
}

/** The maps of one text, checked: against the reference, row sums, and memory given back. */
async function checkMaps(model: Model, ids: Uint32Array): Promise<void> {
  const expected = await expectedMaps(model, ids)
  const before = gpu.pool.ledger.now
  const layers = await attentionMaps(gpu, model, ids)
  expect(gpu.pool.ledger.now, 'bytes given back').toBe(before)
  expect(layers.map(({ source }) => source)).toEqual(model.spec.layers.map(({ source }) => source))
  expect(layers.map(({ heads }) => heads.length)).toEqual(model.spec.layers.map(({ heads }) => heads))
  for (const [layer, { heads }] of layers.entries())
    for (const [head, map] of heads.entries()) {
      expect(maxError(map, expected[layer]![head]!), `layer ${layer} head ${head}`).toBeLessThan(TOLERANCE)
      for (let row = 0; row < ids.length; row++) {
        const sum = map.subarray(row * ids.length, (row + 1) * ids.length).reduce((a, b) => a + b, 0)
        expect(sum).toBeCloseTo(1, 5)
      }
    }
}

describe('attention maps', () => {
  test.each(['tiny-bert', 'tiny-distilbert'])('of %s are those of the reference', async (name) => {
    const model = await openFixture(gpu, name)
    for (const ids of goldenTexts(name).slice(0, 3)) await checkMaps(model, ids)
    releaseModel(gpu, model)
  })

  test('of a pruned shape have a map for each head that is left, and none in a layer without heads', async () => {
    const spec: ModelSpec = {
      architecture: 'bert',
      hidden: 32,
      headSize: 8,
      vocabulary: 122,
      positions: 40,
      tokenTypes: 2,
      layers: [
        { heads: 3, ffn: 20, source: 0 },
        { heads: 0, ffn: 20, source: 2 },
        { heads: 1, ffn: 0, source: 5 },
      ],
      labels: ['a', 'b'],
      activation: 'gelu',
      poolerActivation: 'tanh',
      layerNormEpsilon: 1e-12,
    }
    const model = uploadModel(gpu, spec, randomWeights(spec, 3))
    await checkMaps(model, goldenTexts()[0]!)
    releaseModel(gpu, model)
  })

  test('of INT4 weights are what their codes are worth', async () => {
    const model = await openFixture(gpu, 'tiny-bert')
    const scheme = schemes.get('W4A16')!
    const packed = await quantize(gpu, model, { scheme, groupSize: 32, embeddings: 'INT8', ignore: [] })
    await checkMaps(packed, goldenTexts()[1]!)
    for (const each of [model, packed]) releaseModel(gpu, each)
  })
})
