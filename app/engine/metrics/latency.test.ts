// Percentiles against NumPy 2.4.6.
import { describe, expect, it } from 'vitest'
import { percentile } from './latency.ts'

describe('percentile', () => {
  const samples = [5.1, 4.9, 6.3, 5.0, 7.7, 5.2, 5.05]
  // numpy.percentile
  it.each([
    [0, 4.9],
    [0.25, 5.025],
    [0.5, 5.1],
    [0.95, 7.279999999999999],
    [1, 7.7],
  ])('%f is NumPy’s', (share, expected) => {
    expect(percentile(samples, share)).toBeCloseTo(expected, 12)
  })

  it('of one sample is that sample, and leaves the samples in order', () => {
    expect(percentile([3], 0.95)).toBe(3)
    const given = [2, 1]
    percentile(given, 0.5)
    expect(given).toEqual([2, 1])
  })
})
