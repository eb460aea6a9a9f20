// The learning-rate schedule against PyTorch's, and the options of a training run.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { defaultValues } from '../base/options.ts'
import { FIXTURES } from '../formats/testing.ts'
import { learningRateAt, trainingOptions, trainingSettings } from './schedule.ts'

const golden = JSON.parse(readFileSync(join(FIXTURES, 'golden-distill.json'), 'utf8')) as {
  config: { learning_rate: number; warmup: number; steps: number }
  steps: { lr: number }[]
}
const settings = trainingSettings(
  defaultValues(trainingOptions('', { epochs: 5, learning_rate: 1e-4 })),
  '',
  3,
)

describe('learningRateAt', () => {
  it('gives the rates of the golden run', () => {
    const { learning_rate: learningRate, warmup, steps } = golden.config
    golden.steps.forEach(({ lr }, step) => {
      // The file holds nine digits.
      expect(learningRateAt(step, steps, { ...settings, learningRate, warmup }) / lr).toBeCloseTo(1, 8)
    })
  })

  it('rises in equal steps to its peak, then falls in equal steps, and never reaches zero', () => {
    const rates = Array.from({ length: 20 }, (_, step) =>
      learningRateAt(step, 20, { ...settings, learningRate: 1, warmup: 0.2 }),
    )
    expect(rates.slice(0, 5)).toEqual([0.25, 0.5, 0.75, 1, 1])
    rates.slice(4).forEach((rate, i) => {
      expect(rate).toBeCloseTo(1 - i / 16, 12)
    })
    expect(rates.at(-1)).toBeCloseTo(1 / 16, 12)
  })

  it.each([
    ['no warm-up', 0, 4, [1, 0.75, 0.5, 0.25]],
    ['a single step', 0.5, 1, [1]],
    ['half of it warm-up', 0.5, 4, [0.5, 1, 1, 0.5]],
  ])('holds for %s', (_, warmup, steps, rates) => {
    const actual = rates.map((_, step) =>
      learningRateAt(step, steps, { ...settings, learningRate: 1, warmup }),
    )
    expect(actual).toEqual(rates)
  })
})

describe('trainingOptions', () => {
  it('carries the prefix in every key, and settings read them back', () => {
    const options = trainingOptions('recovery.', { epochs: 1, learning_rate: 5e-5 })
    expect(options.every(({ key }) => key.startsWith('recovery.'))).toBe(true)
    const values = { ...defaultValues(options), 'recovery.kd_weight': 0.25, 'recovery.batch_size': 8 }
    expect(trainingSettings(values, 'recovery.', 9)).toEqual({
      temperature: 4,
      kdWeight: 0.25,
      hardLabelWeight: 0.1,
      hiddenWeight: 0.5,
      epochs: 1,
      batchSize: 8,
      learningRate: 5e-5,
      warmup: 0.06,
      weightDecay: 0.01,
      clipNorm: 1,
      seed: 9,
    })
  })

  it('lets recovery be left out, but not distillation', () => {
    const leastEpochs = (prefix: string) => {
      const epochs = trainingOptions(prefix, { epochs: 1, learning_rate: 1e-4 })[0]
      return epochs?.kind === 'integer' ? epochs.min : undefined
    }
    expect(leastEpochs('recovery.')).toBe(0)
    expect(leastEpochs('')).toBe(1)
  })
})
