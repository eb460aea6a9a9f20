// Quantized models against the plain F64 forward pass: weights as their codes are worth, activations as they are rounded.
import { beforeAll, describe, expect, test } from 'vitest'
import { roundHalfEven } from '../../../kernels/quantize/quantize.ref.ts'
import type { Gpu } from '../../../kernels/runtime/gpu.ts'
import { maxError, testGpu } from '../../../kernels/runtime/testing.ts'
import { UNWATCHED } from '../base/watch.ts'
import { openFixture } from '../fixtures/open-fixture.ts'
import { schemes } from '../registry.ts'
import { type QuantizeSettings, quantize } from '../stages/quantize.ts'
import { goldenTexts, weightsOf } from '../testing.ts'
import { type InputMap, referenceLogits } from './forward.ref.ts'
import { type Model, releaseModel } from './model.ts'
import { predict } from './predict.ts'

/** Float arithmetic on the same weights: the bound of the golden logits. */
const FLOAT_TOLERANCE = 1e-4
/**
 * Where x / scale lies within rounding of a half, F32 and F64 give codes that differ by one: 1/127 of a row's largest
 * activation (about 3) times a weight (about 0.25) = 0.006 in one output, and a few such flips meet in a text's logits.
 * Most texts have none, so that their median keeps the float bound.
 */
const FLIP_TOLERANCE = 0.05

let gpu: Gpu
beforeAll(async () => {
  gpu = await testGpu()
})

const int4 = schemes.get('W4A16')!
const int8 = schemes.get('W8A8_DYNAMIC')!
const settings = (values: Partial<QuantizeSettings>): QuantizeSettings => ({
  scheme: int4,
  groupSize: 32,
  embeddings: 'INT8',
  ignore: [],
  ...values,
})

/** Largest error of each text's logits. */
async function textErrors(model: Model, ids: readonly Uint32Array[], mapInput?: InputMap) {
  const weights = await weightsOf(gpu, model)
  const logits = await predict(gpu, model, ids, UNWATCHED)
  const classes = model.spec.labels.length
  return ids.map((text, row) =>
    maxError(
      logits.subarray(row * classes, (row + 1) * classes),
      referenceLogits(model.spec, weights, text, mapInput),
    ),
  )
}

/** Rows as 8-bit codes with a scale per row are worth. */
const roundedByRow: InputMap = (_, rows) =>
  rows.map((row) => {
    const scale = row.reduce((most, x) => Math.max(most, Math.abs(x)), 0) / 127
    return scale === 0 ? row : row.map((x) => roundHalfEven(x / scale) * scale)
  })

const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[values.length >> 1]!

describe.each(['tiny-bert', 'tiny-distilbert'])('%s', (name) => {
  test.each([32, 64, 128])(
    'in INT4 with groups of %d computes with what its codes are worth',
    async (size) => {
      const model = await openFixture(gpu, name)
      const packed = await quantize(gpu, model, settings({ groupSize: size }))
      expect(Math.max(...(await textErrors(packed, goldenTexts(name))))).toBeLessThan(FLOAT_TOLERANCE)
      for (const each of [model, packed]) releaseModel(gpu, each)
    },
  )

  test('in INT8 multiplies codes of weights with codes of activations, one scale per token', async () => {
    const model = await openFixture(gpu, name)
    const packed = await quantize(gpu, model, settings({ scheme: int8 }))
    const errors = await textErrors(packed, goldenTexts(name), roundedByRow)
    expect(median(errors)).toBeLessThan(FLOAT_TOLERANCE)
    expect(Math.max(...errors)).toBeLessThan(FLIP_TOLERANCE)
    const unrounded = await textErrors(packed, goldenTexts(name))
    expect(median(unrounded), 'activations are really rounded').toBeGreaterThan(100 * median(errors))
    for (const each of [model, packed]) releaseModel(gpu, each)
  })

  test('leaves activations of exempt layers unrounded, and the word table in F32 if asked to', async () => {
    const model = await openFixture(gpu, name)
    const ignore = ['attention', 'qkv', 'pooler', 'classifier']
    const packed = await quantize(gpu, model, settings({ scheme: int8, embeddings: 'F32', ignore }))
    const onlyPacked: InputMap = (layer, rows) =>
      layer.includes('ffn') ? roundedByRow(layer, rows) : [...rows]
    const errors = await textErrors(packed, goldenTexts(name), onlyPacked)
    expect(median(errors)).toBeLessThan(FLOAT_TOLERANCE)
    expect(Math.max(...errors)).toBeLessThan(FLIP_TOLERANCE)
    for (const each of [model, packed]) releaseModel(gpu, each)
  })
})

describe('weights shared between a model and its quantized forms', () => {
  test('outlive the float model, and all memory is given back with the last of them', async () => {
    const before = gpu.pool.ledger.now
    const model = await openFixture(gpu, 'tiny-bert')
    const wide = await quantize(gpu, model, settings({ scheme: int8, ignore: ['classifier'] }))
    const narrow = await quantize(gpu, model, settings({}))
    const ids = goldenTexts()
    const logits = await Promise.all([wide, narrow].map((each) => predict(gpu, each, ids, UNWATCHED)))
    releaseModel(gpu, model)
    // Reuses the buffers that were given back: were one of them still in use, the logits would change.
    const other = await openFixture(gpu, 'tiny-distilbert')
    expect(await predict(gpu, wide, ids, UNWATCHED)).toEqual(logits[0])
    expect(await predict(gpu, narrow, ids, UNWATCHED)).toEqual(logits[1])
    releaseModel(gpu, other)
    releaseModel(gpu, narrow)
    expect(await predict(gpu, wide, ids, UNWATCHED)).toEqual(logits[0])
    releaseModel(gpu, wide)
    expect(gpu.pool.ledger.now).toBe(before)
  })
})
