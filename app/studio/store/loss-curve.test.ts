// Loss curves: what smoothing averages, and what thinning must not lose.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { LossPoint } from '../../engine/protocol.ts'
import { smoothLosses, thinCurve } from './loss-curve.ts'

const curve = (losses: readonly number[]): LossPoint[] =>
  losses.map((loss, i) => ({ stage: 'distill', step: i + 1, loss }))
const losses = fc.array(fc.double({ min: 0, max: 100, noNaN: true }), { minLength: 1, maxLength: 300 })

describe('smoothLosses', () => {
  it('is the debiased moving average, by hand', () => {
    const [first, second, third] = smoothLosses(curve([4, 2, 6]), 0.5)
    expect(first).toBeCloseTo(4, 12)
    expect(second).toBeCloseTo((0.5 * 4 + 2) / 1.5, 12)
    expect(third).toBeCloseTo((0.25 * 4 + 0.5 * 2 + 6) / 1.75, 12)
  })

  it('is the curve itself at weight 0, and stays within the losses seen so far', () => {
    fc.assert(
      fc.property(losses, fc.double({ min: 0, max: 0.99, noNaN: true }), (values, weight) => {
        expect(smoothLosses(curve(values), 0)).toEqual(values)
        smoothLosses(curve(values), weight).forEach((value, i) => {
          const seen = values.slice(0, i + 1)
          expect(value).toBeGreaterThanOrEqual(Math.min(...seen) - 1e-9)
          expect(value).toBeLessThanOrEqual(Math.max(...seen) + 1e-9)
        })
      }),
    )
  })

  it('weighs by steps where points are missing', () => {
    const [, after] = smoothLosses(
      [
        { stage: 'prune', step: 1, loss: 1 },
        { stage: 'prune', step: 4, loss: 0 },
      ],
      0.5,
    )
    expect(after).toBeCloseTo((0.125 * 0.5) / (0.125 * 0.5 + 0.875), 12)
  })
})

describe('thinCurve', () => {
  it('keeps the ends, the extremes and every validation, in order and within the limit', () => {
    fc.assert(
      fc.property(losses, fc.integer({ min: 20, max: 100 }), (values, most) => {
        const points = curve(values).map((point) =>
          point.step % 50 === 0 ? { ...point, validation: 0.5 } : point,
        )
        const thin = thinCurve(points, most)
        expect(thin.length).toBeLessThanOrEqual(most)
        expect([thin[0], thin.at(-1)]).toEqual([points[0], points.at(-1)])
        const kept = thin.map(({ loss }) => loss)
        expect([Math.min(...kept), Math.max(...kept)]).toEqual([Math.min(...values), Math.max(...values)])
        const validated = (all: readonly LossPoint[]) => all.filter((point) => point.validation !== undefined)
        expect(validated(thin)).toEqual(validated(points))
        expect(thin.every((point, i) => i === 0 || point.step > thin[i - 1]!.step)).toBe(true)
      }),
    )
  })

  it('leaves a short curve alone', () => {
    const points = curve([3, 2, 1])
    expect(thinCurve(points, 3)).toBe(points)
  })
})
