// What opens on a figure.
import { describe, expect, it } from 'vitest'
import type { ComparisonRow } from '../store/comparison.ts'
import { row } from '../store/testing.ts'
import { words } from '../words.ts'
import { COLUMNS } from './columns.ts'
import { dollarsPerRequest } from './request-cost.ts'
import { feltAs, sourceOf } from './sources.ts'

const prices = { perHour: 3.6 }
const latency_ms = { batch: 1, tokens: 16, p50: 250, p95: 300, samples: [250, 240, 300] }
const measured: ComparisonRow = {
  key: 'prune',
  slot: 'prune',
  sizes: { parameters: 1234, bytes: 5678, multiplyAdds: 91011, isEstimate: false },
  measured: row('prune', { latency_ms, macro_f1: 0.8, p_value: 0.5 }),
  isStale: false,
  isUntrained: false,
  isRunning: false,
}

describe('sourceOf', () => {
  it.each(COLUMNS.map(({ key }) => key))('gives %s an exact value and a formula', (key) => {
    const { exact, formula } = sourceOf(key, measured, prices)
    expect(exact).toMatch(/\d/)
    expect(formula.length).toBeGreaterThan(20)
  })

  it.each(COLUMNS.map(({ key }) => key))('says no value of %s where nothing is known', (key) => {
    const { sizes: _, measured: __, ...empty } = measured
    expect(sourceOf(key, empty, prices).exact).toBeUndefined()
  })

  it('hands out the samples of a latency, its conditions, and what the wait means', () => {
    const { samples, facts, felt } = sourceOf('latency', measured, prices)
    expect(samples).toEqual([250, 240, 300])
    expect(facts.map(({ value }) => value)).toContain(words.source.tokensOf('16'))
    expect(felt).toContain(words.source.noticed)
  })

  it('says that agreement stands for accuracy where the data has no labels', () => {
    const { accuracy: _, ...unlabelled } = row('prune')
    const { formula, exact } = sourceOf('accuracy', { ...measured, measured: unlabelled }, prices)
    expect(formula).toBe(words.source.formulas.accuracyWithoutLabels)
    expect(exact).toBe('0.95')
  })
})

describe('feltAs', () => {
  it.each([
    [199, words.source.below],
    [200, words.source.noticed],
    [499, words.source.noticed],
    [500, words.source.above],
  ])('puts %d ms on its side of 200 and 500', (ms, said) => {
    expect(feltAs(ms)).toBe(said)
  })
})

describe('dollarsPerRequest', () => {
  it('is the price of a second times the seconds of a request, shared by its batch', () => {
    expect(dollarsPerRequest(3.6, latency_ms)).toBeCloseTo(0.00025, 12)
    expect(dollarsPerRequest(3.6, { ...latency_ms, batch: 5 })).toBeCloseTo(0.00005, 12)
  })
})
