// Random numbers: functions of seed and index alone, evenly spread, and different for different seeds and purposes.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createRandom, deriveSeed, normalAt, randomAt, shuffledIndices } from './random.ts'

const range = (count: number) => [...Array(count).keys()]
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
const seeds = fc.integer({ min: 0, max: 0xffffffff })

describe('randomAt', () => {
  it('stays in [0, 1) and depends on seed and index only', () => {
    fc.assert(
      fc.property(seeds, fc.nat(), (seed, index) => {
        const value = randomAt(seed, index)
        expect(value).toBeGreaterThanOrEqual(0)
        expect(value).toBeLessThan(1)
        expect(randomAt(seed, index)).toBe(value)
      }),
    )
  })

  it('is what createRandom gives one after the other', () => {
    const next = createRandom(7)
    expect(range(5).map(next)).toEqual(range(5).map((index) => randomAt(7, index)))
  })

  // Bounds are 5 standard deviations of the mean of n uniform values, sqrt(1 / 12 n), and of a bin's count.
  it.each([0, 1, 2, 0xffffffff])('is even with seed %i', (seed) => {
    const values = range(10_000).map((index) => randomAt(seed, index))
    expect(Math.abs(mean(values) - 0.5)).toBeLessThan(5 * Math.sqrt(1 / 12 / 10_000))
    const bins = range(10).map((bin) => values.filter((value) => Math.floor(value * 10) === bin).length)
    for (const count of bins) expect(Math.abs(count - 1000)).toBeLessThan(5 * Math.sqrt(900))
  })

  it('has no correlation between neighbors or between neighboring seeds', () => {
    const centered = (seed: number, index: number) => randomAt(seed, index) - 0.5
    const neighbors = mean(range(10_000).map((i) => centered(3, i) * centered(3, i + 1)))
    const nextSeeds = mean(range(10_000).map((i) => centered(3, i) * centered(4, i)))
    // The product of two independent centered values has deviation 1 / 12.
    expect(Math.abs(neighbors)).toBeLessThan(5 / 12 / 100)
    expect(Math.abs(nextSeeds)).toBeLessThan(5 / 12 / 100)
  })
})

describe('deriveSeed', () => {
  it('gives each purpose a seed of its own', () => {
    const purposes = ['', 'a', 'b', 'ab', 'ba', 'split', 'batches', 'heads.1', 'heads.2']
    const derived = purposes.map((purpose) => deriveSeed(5, purpose))
    expect(new Set(derived).size).toBe(purposes.length)
    expect(deriveSeed(5, 'split')).toBe(derived[5])
    expect(deriveSeed(6, 'split')).not.toBe(derived[5])
    for (const seed of derived) expect(Number.isInteger(seed) && seed >= 0 && seed < 2 ** 32).toBe(true)
  })
})

describe('shuffledIndices', () => {
  it('holds every number once, in an order of its seed', () => {
    fc.assert(
      fc.property(fc.nat({ max: 200 }), seeds, (count, seed) => {
        const order = shuffledIndices(count, seed)
        expect([...order].sort((a, b) => a - b)).toEqual(range(count))
        expect(shuffledIndices(count, seed)).toEqual(order)
      }),
    )
    expect(shuffledIndices(50, 1)).not.toEqual(shuffledIndices(50, 2))
    expect(shuffledIndices(50, 1)).not.toEqual(range(50))
  })

  it('puts each number at each place equally often', () => {
    const first = range(6000).map((seed) => shuffledIndices(6, seed)[0]!)
    const counts = range(6).map((value) => first.filter((item) => item === value).length)
    // 5 standard deviations of a count with probability 1 / 6.
    for (const count of counts)
      expect(Math.abs(count - 1000)).toBeLessThan(5 * Math.sqrt(6000 * (1 / 6) * (5 / 6)))
  })
})

describe('normalAt', () => {
  it('has mean 0, deviation 1 and the tails of a normal distribution', () => {
    const values = range(10_000).map((index) => normalAt(11, index))
    expect(values.every(Number.isFinite)).toBe(true)
    expect(Math.abs(mean(values))).toBeLessThan(5 / 100)
    // The variance of a squared standard normal value is 2.
    expect(Math.abs(mean(values.map((value) => value ** 2)) - 1)).toBeLessThan(5 * Math.sqrt(2 / 10_000))
    const beyondTwo = values.filter((value) => Math.abs(value) > 2).length
    expect(Math.abs(beyondTwo - 455)).toBeLessThan(5 * Math.sqrt(455))
  })
})
