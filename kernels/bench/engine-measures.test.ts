// What is measured of our own engine, on a model small enough for a test: real steps on a real device, and devices given back.
import { expect, it } from 'vitest'
import {
  dispatchesPerLayer,
  epoch,
  firstStep,
  int8BesideF32,
  peakOverLowerBound,
  steadySteps,
} from './engine-measures.ts'
import { bertSpec } from './models.ts'
import { testHost } from './testing.ts'

const spec = bertSpec({ layers: 2, hidden: 48, vocabulary: 60, labels: 5, tokenTypes: 2 })
const shape = { spec, batch: 2, tokens: 16 }

it('times a first step and steady ones, with every submission', async () => {
  expect(await firstStep(testHost, shape)).toBeGreaterThan(0)
  const { wallMs, submissionMs } = await steadySteps(testHost, shape, 3)
  expect(submissionMs.length).toBeGreaterThanOrEqual(3)
  const busy = submissionMs.reduce((sum, ms) => sum + ms, 0)
  expect(busy).toBeGreaterThan(0)
  expect(busy).toBeLessThanOrEqual(1.05 * wallMs)
})

it('counts dispatches of a layer within the goal', async () => {
  const { forward, step } = await dispatchesPerLayer(testHost)
  expect(forward).toBe(7)
  expect(step).toBeGreaterThan(forward)
  expect(step).toBeLessThanOrEqual(24)
})

it('compares the peak of a step with what it cannot do without', async () => {
  const ratio = await peakOverLowerBound(testHost, shape)
  expect(ratio).toBeGreaterThan(1)
  expect(ratio).toBeLessThan(2)
})

it('trains an epoch on every token once', async () => {
  const { tokens, flops } = await epoch(testHost, { teacher: spec, texts: 40 })
  const lengths = Array.from({ length: 40 }, (_, i) => 4 + ((i * 7) % 25))
  expect(tokens).toBe(lengths.reduce((sum, length) => sum + length, 0))
  expect(flops).toBeGreaterThan(0)
})

it('runs INT8 beside F32, a sample each round', async () => {
  const { f32, int8 } = await int8BesideF32(testHost, shape, 2)
  expect([f32.length, int8.length]).toEqual([2, 2])
})
