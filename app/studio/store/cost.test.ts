// Serving cost: the known article's case to the dollar, and what must hold of any load.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { perMinute, servingCost, yearOf } from './cost.ts'

const ARTICLE = { requestsPerDay: 100_000, peakFactor: 1, pricePerHour: 2.5 }

describe('servingCost', () => {
  it('gives the article’s figures for its teacher: seven machines at the mean load', () => {
    const teacher = servingCost(ARTICLE, 10)
    expect(teacher.meanPerMinute).toBeCloseTo(69.44, 2)
    expect(teacher.machines).toBe(7)
    expect(teacher.dollarsPerYear).toBe(153_300)
    expect(teacher.dollarsPerMillion).toBeCloseTo(4200, 6)
  })

  it('gives one machine for its student, not two or three', () => {
    expect(servingCost(ARTICLE, 100)).toMatchObject({ machines: 1, dollarsPerYear: 21_900 })
    expect([2, 3].map((machines) => yearOf(machines, 2.5))).toEqual([43_800, 65_700])
  })

  it('sizes for the busiest minute', () => {
    expect(servingCost({ ...ARTICLE, peakFactor: 3 }, 10).machines).toBe(21)
    expect(servingCost({ ...ARTICLE, peakFactor: 3 }, 100).machines).toBe(3)
  })

  it('never asks for less than the load, nor for a machine too many', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 1, max: 1e9, noNaN: true }),
        fc.double({ min: 1, max: 50, noNaN: true }),
        fc.double({ min: 0.1, max: 1e6, noNaN: true }),
        (requestsPerDay, peakFactor, capacity) => {
          const cost = servingCost({ requestsPerDay, peakFactor, pricePerHour: 1 }, capacity)
          expect(cost.machines * capacity).toBeGreaterThanOrEqual(cost.peakPerMinute * (1 - 1e-12))
          if (cost.machines > 1) expect((cost.machines - 1) * capacity).toBeLessThan(cost.peakPerMinute)
          expect(cost.dollarsPerThousand * 1000).toBeCloseTo(cost.dollarsPerMillion, 6)
        },
      ),
    )
  })
})

describe('perMinute', () => {
  it('is how often a latency fits into a minute', () => {
    expect([6000, 600, 210].map(perMinute)).toEqual([10, 100, 60_000 / 210])
  })
})
