// Models of unusual shape: units really removed against the same units masked, layers without heads or neurons, every activation.
import { beforeAll, describe, expect, test } from 'vitest'
import type { Gpu } from '../../../kernels/runtime/gpu.ts'
import { maxError, testGpu } from '../../../kernels/runtime/testing.ts'
import { UNWATCHED } from '../base/watch.ts'
import { randomWeights, type Weights } from '../exports/testing.ts'
import { removeUnits } from '../stages/prune.ts'
import { type KeptUnits, planSpec } from '../stages/pruning-plan.ts'
import { goldenTexts, uploadModel } from '../testing.ts'
import { referenceLogits } from './forward.ref.ts'
import { releaseModel } from './model.ts'
import { predict } from './predict.ts'
import type { ModelSpec, Role } from './spec.ts'

/** Sums in another order, over 3 layers of width 32; logits are of size 1. */
const TOLERANCE = 1e-4

let gpu: Gpu
beforeAll(async () => {
  gpu = await testGpu()
})

const spec: ModelSpec = {
  architecture: 'bert',
  hidden: 32,
  headSize: 8,
  vocabulary: 122,
  positions: 40,
  tokenTypes: 2,
  layers: [0, 1, 2].map((source) => ({ heads: 4, ffn: 60 + source, source })),
  labels: ['a', 'b', 'c', 'd', 'e', 'f', 'g'],
  activation: 'gelu',
  poolerActivation: 'tanh',
  layerNormEpsilon: 1e-12,
}
const range = (count: number) => [...Array(count).keys()]
const whole = (layer: number): KeptUnits => ({
  layer,
  heads: range(4),
  neurons: range(spec.layers[layer]!.ffn),
})

/** The unpruned model with closed units: their columns of the matrices that read them are zero. */
function masked(weights: Weights, kept: readonly KeptUnits[]): Weights {
  const changed = new Map<Role, Float32Array<ArrayBuffer>>()
  const clear = (role: Role, width: number, isKept: (column: number) => boolean) =>
    changed.set(
      role,
      weights(role).map((value, i) => (isKept(i % width) ? value : 0)),
    )
  for (const { layer, heads, neurons } of kept) {
    const { heads: count, ffn } = spec.layers[layer]!
    clear(`layers.${layer}.attention_output.weight`, count * spec.headSize, (column) =>
      heads.includes(Math.floor(column / spec.headSize)),
    )
    clear(`layers.${layer}.ffn_down.weight`, ffn, (column) => neurons.includes(column))
  }
  return (role) => changed.get(role) ?? weights(role)
}

async function logitsOf(shape: ModelSpec, weights: Weights): Promise<Float32Array> {
  const model = uploadModel(gpu, shape, weights)
  const logits = await predict(gpu, model, goldenTexts(), UNWATCHED)
  releaseModel(gpu, model)
  return logits
}

/** Logits of the model with the units removed, and all memory given back. */
async function prunedLogits(weights: Weights, kept: readonly KeptUnits[]): Promise<Float32Array> {
  const before = gpu.pool.ledger.now
  const model = uploadModel(gpu, spec, weights)
  const pruned = removeUnits(gpu, model, { kept, spec: planSpec(spec, kept) })
  releaseModel(gpu, model)
  const logits = await predict(gpu, pruned, goldenTexts(), UNWATCHED)
  releaseModel(gpu, pruned)
  expect(gpu.pool.ledger.now).toBe(before)
  return logits
}

describe('a pruned model', () => {
  const neurons = range(60).filter((neuron) => neuron % 3 !== 1)
  test.each<[string, KeptUnits[]]>([
    ['with all units kept', [whole(0), whole(1), whole(2)]],
    [
      'with different heads and widths per layer',
      [
        { layer: 0, heads: [1, 3], neurons },
        { layer: 1, heads: [0, 1, 2], neurons: [0, 17, 60] },
        { layer: 2, heads: [2], neurons: range(61) },
      ],
    ],
    [
      'with a layer without heads and one without neurons',
      [
        { layer: 0, heads: [], neurons },
        { layer: 1, heads: [0, 3], neurons: [] },
        { layer: 2, heads: [], neurons: [] },
      ],
    ],
  ])('%s gives the logits of the whole model with the others masked', async (_, kept) => {
    const weights = randomWeights(spec, 5)
    const pruned = await prunedLogits(weights, kept)
    expect(maxError(pruned, await logitsOf(spec, masked(weights, kept)))).toBeLessThan(TOLERANCE)
  })

  test('without a whole layer is the model of the layers left', async () => {
    const weights = randomWeights(spec, 6)
    const kept = [whole(0), whole(2)]
    const renamed: Weights = (role) => weights(role.replace('layers.1.', 'layers.2.') as Role)
    const expected = goldenTexts().flatMap((ids) => [...referenceLogits(planSpec(spec, kept), renamed, ids)])
    expect(maxError(await prunedLogits(weights, kept), expected)).toBeLessThan(TOLERANCE)
  })
})

describe('the forward pass', () => {
  test.each([
    ['gelu', 'tanh'],
    ['gelu_tanh', 'tanh'],
    ['relu', 'tanh'],
    ['relu', 'relu'],
  ] as const)(
    'with %s in the layers and %s in the pooler is that of the reference',
    async (activation, pooler) => {
      const shape = { ...spec, activation, poolerActivation: pooler }
      const weights = randomWeights(shape, 7)
      const expected = goldenTexts().flatMap((ids) => [...referenceLogits(shape, weights, ids)])
      expect(maxError(await logitsOf(shape, weights), expected)).toBeLessThan(TOLERANCE)
    },
  )

  test('without a token-type table adds none', async () => {
    const shape = { ...spec, tokenTypes: 0 }
    const weights = randomWeights(shape, 8)
    const expected = goldenTexts().flatMap((ids) => [...referenceLogits(shape, weights, ids)])
    expect(maxError(await logitsOf(shape, weights), expected)).toBeLessThan(TOLERANCE)
  })
})
