// Statistics of interleaved samples: medians, ratios pair by pair within a round, geometric means.

/** Middle value, or the mean of the two middle ones. @returns NaN without samples */
export function median(samples: readonly number[]): number {
  const sorted = [...samples].sort((a, b) => a - b)
  const middle = sorted.length / 2
  const [low = Number.NaN, high = Number.NaN] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]]
  return (low + high) / 2
}

/** Smallest value. @returns NaN without samples */
export function minimum(samples: readonly number[]): number {
  return samples.length > 0 ? Math.min(...samples) : Number.NaN
}

/**
 * Median over rounds of theirs / ours, each pair from one round: how many times as fast ours is. What slows the machine for a while
 * slows both of a pair. @returns NaN without a common round
 */
export function pairedRatio(ours: readonly number[], theirs: readonly number[]): number {
  const rounds = Math.min(ours.length, theirs.length)
  return median(Array.from({ length: rounds }, (_, round) => theirs[round]! / ours[round]!))
}

/** exp of the mean logarithm. @returns NaN without values */
export function geometricMean(values: readonly number[]): number {
  if (values.length === 0) return Number.NaN
  return Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length)
}
