// What a training has computed: sums by hand, on a clock that the test moves.
import { expect, it } from 'vitest'
import type { ModelSpec } from '../model/spec.ts'
import { TrainingMeter } from './training-meter.ts'

const spec: ModelSpec = {
  architecture: 'bert',
  hidden: 2,
  headSize: 1,
  vocabulary: 9,
  positions: 8,
  tokenTypes: 2,
  layers: [],
  labels: ['a', 'b', 'c'],
  activation: 'gelu',
  poolerActivation: 'tanh',
  layerNormEpsilon: 1e-12,
}
/** Without layers a text is the pooler's 2 × 2 and the classifier's 2 × 3 products. */
const TEXT = 2 * 2 + 2 * 3

it('counts real tokens, operations of all rows, and the time of the steps alone', async () => {
  let now = 1000
  const meter = new TrainingMeter(5e9, () => now)
  meter.paddingShare = 0.25
  meter.step(11, { student: spec, batch: 4, tokens: 4 })
  now += 500
  const validated = await meter.aside(async () => {
    now += 9000
    return 0.5
  })
  meter.step(7, { student: spec, teacher: spec, batch: 2, tokens: 4 })
  now += 250
  expect(validated).toBe(0.5)
  expect(meter.work).toEqual({
    tokens: 18,
    flops: 4 * 6 * TEXT + 2 * 8 * TEXT,
    seconds: 0.75,
    paddingShare: 0.25,
    roof: 5e9,
  })
})

it('leaves out what failed as well, and a roof that nobody measured', async () => {
  let now = 0
  const meter = new TrainingMeter(undefined, () => now)
  const failing = meter.aside(async () => {
    now += 100
    throw new Error('cancelled')
  })
  await expect(failing).rejects.toThrow('cancelled')
  expect(meter.work).toEqual({ tokens: 0, flops: 0, seconds: 0, paddingShare: 0 })
})
