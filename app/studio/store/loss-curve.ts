// A loss curve made shorter and smoother: pure, so that what is drawn can be checked point by point.
import type { LossPoint } from '../../engine/protocol.ts'

/**
 * At most about `most` points of a curve, which stays as it is where it has no more. It is cut into runs of neighbors of equal
 * length; of each run the lowest and the highest loss stay, and so do both ends and every validated point: no peak, no dip and no
 * validation is lost. Only more than `most` validations make the answer longer than `most`.
 */
export function thinCurve<Point extends LossPoint>(points: readonly Point[], most: number): readonly Point[] {
  if (points.length <= most) return points
  const kept = new Set<Point>(points.filter(({ validation }) => validation !== undefined))
  for (const end of [points.at(0), points.at(-1)]) if (end) kept.add(end)
  const runs = Math.max(1, Math.floor((most - kept.size) / 2))
  const length = Math.ceil(points.length / runs)
  for (let start = 0; start < points.length; start += length) {
    const run = points.slice(start, start + length)
    kept.add(run.reduce((low, point) => (point.loss < low.loss ? point : low)))
    kept.add(run.reduce((high, point) => (point.loss > high.loss ? point : high)))
  }
  return points.filter((point) => kept.has(point))
}

/**
 * Exponential moving average of the losses, without the pull towards zero at the start: the mean of all losses so far in which
 * a loss `d` steps ago weighs weight^d. Gaps count by their steps, so that a thinned curve is smoothed as far as a whole one.
 * @param weight 0 (the losses themselves) to below 1
 * @returns a value for each point
 */
export function smoothLosses(points: readonly LossPoint[], weight: number): readonly number[] {
  let mean = 0
  let weights = 0
  let before = (points[0]?.step ?? 0) - 1
  return points.map(({ step, loss }) => {
    const decay = weight ** Math.max(1, step - before)
    before = step
    mean = decay * mean + (1 - decay) * loss
    weights = decay * weights + (1 - decay)
    return mean / weights
  })
}
