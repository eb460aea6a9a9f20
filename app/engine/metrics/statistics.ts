// Statistics of a comparison: intervals, tests and F1. All sums in F64.

/** 97.5 % point of the standard normal distribution. */
const Z_95 = 1.959963984540054

/**
 * 95 % interval of a share by Wilson's score method: (p + z²/2n ± z √(p(1−p)/n + z²/4n²)) / (1 + z²/n).
 * @param successes of `count` trials
 * @returns fractions; [0, 1] without trials
 */
export function wilsonInterval(successes: number, count: number): [low: number, high: number] {
  if (count === 0) return [0, 1]
  const share = successes / count
  const z2 = Z_95 * Z_95
  const center = share + z2 / (2 * count)
  const half = Z_95 * Math.sqrt((share * (1 - share)) / count + z2 / (4 * count * count))
  const scale = 1 + z2 / count
  // The ends are exact where a share is 0 or 1; rounding may step past them.
  return [
    successes === 0 ? 0 : Math.max(0, (center - half) / scale),
    successes === count ? 1 : Math.min(1, (center + half) / scale),
  ]
}

/**
 * Exact two-sided McNemar test: under no difference each discordant row falls to either side with probability 1/2, so
 * p = min(1, 2 · Σ_{i ≤ min} C(n, i) / 2ⁿ).
 * @param onlyFirst rows that only the first model gets right; `onlySecond` likewise
 */
export function mcnemar(onlyFirst: number, onlySecond: number): number {
  const n = onlyFirst + onlySecond
  const smaller = Math.min(onlyFirst, onlySecond)
  if (n === 0) return 1
  let logTerm = -n * Math.LN2
  for (let i = 1; i <= smaller; i++) logTerm += Math.log(n - i + 1) - Math.log(i)
  // From the largest term down, relative to it: C(n, i − 1) = C(n, i) · i / (n − i + 1).
  let relative = 1
  let sum = 1
  for (let i = smaller; i > 0; i--) {
    relative *= i / (n - i + 1)
    sum += relative
  }
  return Math.min(1, Math.exp(logTerm + Math.log(2 * sum)))
}

/**
 * Mean of the classes' F1 = 2·TP / (2·TP + FP + FN), over classes that are predicted or true for some row (as
 * scikit-learn counts them).
 */
export function macroF1(predicted: ArrayLike<number>, actual: ArrayLike<number>, classes: number): number {
  const hits = new Float64Array(classes)
  const mentions = new Float64Array(classes)
  for (let row = 0; row < actual.length; row++) {
    const [guess, truth] = [predicted[row]!, actual[row]!]
    mentions[guess]! += 1
    mentions[truth]! += 1
    if (guess === truth) hits[guess]! += 1
  }
  let sum = 0
  let present = 0
  for (let id = 0; id < classes; id++) {
    if (mentions[id] === 0) continue
    sum += (2 * hits[id]!) / mentions[id]!
    present++
  }
  return present === 0 ? 0 : sum / present
}
