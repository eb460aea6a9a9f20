// Gate gradients against PyTorch's, one text at a time and in padded batches, and labels drawn from the model.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Gpu } from '../../../kernels/runtime/gpu.ts'
import { maxError, testGpu } from '../../../kernels/runtime/testing.ts'
import { UNWATCHED } from '../base/watch.ts'
import { openFixture } from '../fixtures/open-fixture.ts'
import { FIXTURES } from '../formats/testing.ts'
import { rowProbabilities } from '../metrics/score.ts'
import { type Model, releaseModel } from '../model/model.ts'
import { predict } from '../model/predict.ts'
import type { ScoringContext } from './criterion.ts'
import { drawLabel, gateGradientSums } from './gate-gradients.ts'

interface Golden {
  readonly input_ids: number[][]
  readonly labels: number[]
  /** [row][layer][unit] */
  readonly gradients: { readonly heads: number[][][]; readonly neurons: number[][][] }
  readonly fisher: { readonly heads: number[][]; readonly neurons: number[][] }
  readonly taylor: { readonly heads: number[][]; readonly neurons: number[][] }
}
const golden = JSON.parse(readFileSync(join(FIXTURES, 'golden-importance.json'), 'utf8')) as Golden
/** The bound on gradients; PyTorch's F32 is within 1e-6 of F64 here. Sums of 8 squares below 10 keep it. */
const TOLERANCE = 1e-4

let gpu: Gpu
let model: Model
beforeAll(async () => {
  gpu = await testGpu()
  model = await openFixture(gpu, 'tiny-bert')
})
afterAll(() => releaseModel(gpu, model))

const ids = golden.input_ids.map((row) => Uint32Array.from(row))
const context = (values: Partial<ScoringContext> = {}): ScoringContext => ({
  gpu,
  model,
  ids,
  labels: Int32Array.from(golden.labels),
  seed: 0,
  watch: UNWATCHED,
  ...values,
})
const flat = ({
  heads,
  neurons,
}: {
  heads: readonly ArrayLike<number>[]
  neurons: readonly ArrayLike<number>[]
}) => [...heads, ...neurons].flatMap((values) => Array.from(values))

describe('gate gradients with the labels given', () => {
  it.each(golden.labels.map((label, row) => ({ row, label })))(
    'are PyTorch’s for row $row alone',
    async ({ row, label }) => {
      const one = context({ ids: [ids[row]!], labels: Int32Array.of(label) })
      const scores = await gateGradientSums(one, { reduce: 'absolutes', labels: 'given' })
      const { heads, neurons } = golden.gradients
      const expected = flat({ heads: heads[row]!, neurons: neurons[row]! }).map(Math.abs)
      expect(maxError(flat(scores), expected)).toBeLessThan(TOLERANCE)
    },
  )

  it('give PyTorch’s sums of squares and of absolute values in one padded batch', async () => {
    const squares = await gateGradientSums(context(), { reduce: 'squares', labels: 'given' })
    expect(maxError(flat(squares), flat(golden.fisher))).toBeLessThan(TOLERANCE)
    const absolutes = await gateGradientSums(context(), { reduce: 'absolutes', labels: 'given' })
    expect(maxError(flat(absolutes), flat(golden.taylor))).toBeLessThan(TOLERANCE)
  })

  it('do not depend on how far a batch is padded', async () => {
    // A long text in the batch pads all others to its length; its own share is taken away again.
    const long = Uint32Array.from({ length: 40 }, (_, at) => 5 + at)
    const options = { reduce: 'absolutes', labels: 'given' } as const
    const labels = Int32Array.of(...golden.labels, 1)
    const together = flat(await gateGradientSums(context({ ids: [...ids, long], labels }), options))
    const alone = flat(await gateGradientSums(context({ ids: [long], labels: Int32Array.of(1) }), options))
    const rest = together.map((value, unit) => value - alone[unit]!)
    expect(maxError(rest, flat(golden.taylor))).toBeLessThan(TOLERANCE)
  })
})

describe('labels drawn from the model', () => {
  const sampled = (seed: number, values: Partial<ScoringContext> = {}) =>
    gateGradientSums(context({ seed, ...values }), { reduce: 'squares', labels: 'sampled' })

  it('are the same for the same seed, others for another, and need no labels', async () => {
    const scores = await sampled(3)
    expect(await sampled(3, { labels: new Int32Array(ids.length).fill(-1) })).toEqual(scores)
    expect(await sampled(4)).not.toEqual(scores)
  })

  it('stand in where a given label is missing', async () => {
    const labels = new Int32Array(ids.length).fill(-1)
    const scores = await gateGradientSums(context({ seed: 3, labels }), {
      reduce: 'squares',
      labels: 'given',
    })
    expect(scores).toEqual(await sampled(3))
  })

  it('count, with their weights, for as much as the probability of their class', () => {
    const logits = [1, 3, -100, 2]
    const weights = logits.map(Math.exp)
    const total = weights.reduce((sum, weight) => sum + weight, 0)
    const draws = Array.from({ length: 10_000 }, (_, i) => drawLabel(logits, (i + 0.5) / 10_000))
    weights.forEach((weight, id) => {
      const counted = draws.filter(({ label }) => label === id).reduce((sum, draw) => sum + draw.weight, 0)
      expect(Math.abs(counted / draws.length - weight / total)).toBeLessThan(1e-3)
    })
    expect(drawLabel(logits, 0).label).toBe(0)
    expect(drawLabel(logits, 1 - 2 ** -32).label).toBe(3)
    expect(drawLabel([1000, -1000], 0.999)).toEqual({ label: 0, weight: 1 })
  })

  it('of a model that is nearly certain fall on its first class half of the time', () => {
    const logits = [20, 0, 0, 0]
    const draws = Array.from({ length: 1000 }, (_, i) => drawLabel(logits, (i + 0.5) / 1000))
    expect(draws.filter(({ label }) => label === 0).length).toBe(500)
    for (const { weight } of draws) expect(weight).toBeLessThanOrEqual(2)
  })

  it('give, over many draws, the squares of every class by its probability', async () => {
    const [text] = ids
    const classes = model.spec.labels.length
    const logits = await predict(gpu, model, [text!], UNWATCHED)
    const probabilities = rowProbabilities(logits, 0, classes)
    const exact: number[] = []
    for (let label = 0; label < classes; label++) {
      const given = context({ ids: [text!], labels: Int32Array.of(label) })
      const squares = flat(await gateGradientSums(given, { reduce: 'squares', labels: 'given' }))
      for (const [unit, square] of squares.entries())
        exact[unit] = (exact[unit] ?? 0) + probabilities[label]! * square
    }
    const many = 600
    const drawn = flat(await sampled(1, { ids: Array(many).fill(text!), labels: new Int32Array(many) }))
    const scale = Math.max(...exact)
    for (const [unit, value] of drawn.entries())
      expect(Math.abs(value / many - exact[unit]!) / scale).toBeLessThan(0.1)
  })
})
