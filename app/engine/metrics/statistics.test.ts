// Statistics against SciPy 1.17.1 and scikit-learn 1.9.1, the last digits as those print them.
import { describe, expect, it } from 'vitest'
import { macroF1, mcnemar, wilsonInterval } from './statistics.ts'

describe('wilsonInterval', () => {
  // scipy.stats.binomtest(k, n).proportion_ci(0.95, 'wilson')
  it.each([
    [0, 10, 0, 0.27753279986288926],
    [10, 10, 0.7224672001371109, 1],
    [1, 1, 0.20654931437723745, 1],
    [2872, 3080, 0.9230556833442319, 0.9408019551151564],
    [50, 77, 0.5379942353978194, 0.7465132479593756],
    [1, 1_000_000, 1.765245767453709e-7, 5.664911804311442e-6],
  ])('of %i in %i is SciPy’s', (successes, count, low, high) => {
    const interval = wilsonInterval(successes, count)
    expect(interval[0]).toBeCloseTo(low, 12)
    expect(interval[1]).toBeCloseTo(high, 12)
  })

  it('knows nothing without trials', () => {
    expect(wilsonInterval(0, 0)).toEqual([0, 1])
  })
})

describe('mcnemar', () => {
  // scipy.stats.binomtest(min(b, c), b + c, 0.5).pvalue
  it.each([
    [1, 0, 1],
    [0, 5, 0.0625],
    [3, 3, 1],
    [10, 25, 0.016673847800120715],
    [25, 10, 0.016673847800120715],
    [200, 260, 0.0058839224731039984],
    [0, 1100, 0],
    [1500, 1580, 0.1545852620841679],
  ])('of %i against %i is SciPy’s', (b, c, expected) => {
    expect(mcnemar(b, c)).toBeCloseTo(expected, 11)
  })

  it('is 1 when the models never differ', () => {
    expect(mcnemar(0, 0)).toBe(1)
  })

  it('is never above 1', () => {
    for (let n = 1; n <= 60; n++)
      for (let b = 0; b <= n; b++) expect(mcnemar(b, n - b)).toBeLessThanOrEqual(1)
  })
})

describe('macroF1', () => {
  it('counts the classes that scikit-learn counts', () => {
    // f1_score([0, 0, 2, 2], [0, 3, 2, 0], average='macro'): class 1 is absent, class 3 has no true row.
    expect(macroF1([0, 3, 2, 0], [0, 0, 2, 2], 5)).toBeCloseTo(0.38888888888888884, 14)
  })

  it('is 1 when all is right, whatever the classes', () => {
    expect(macroF1([4, 4, 0], [4, 4, 0], 6)).toBe(1)
  })
})
