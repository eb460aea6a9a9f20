// f64 reference of attention for chosen sequences and heads, and the error of a result against it.
import { randomAt } from '../../app/engine/base/random.ts'
import type { AttentionTask } from './task.ts'

/** Sequence and head pairs that are computed in f64. */
const CHOSEN = 6
/** Error allowed, as a share of the largest value expected: `exp` errs by a few units of 2⁻²³, sums over tokens average that out. */
const ALLOWED = 2e-5

/** Largest error over what is allowed, on all values of the chosen pairs. */
export function attentionError(output: ArrayLike<number>, task: AttentionTask): number {
  const { batch, heads, tokens, headSize, pass } = task
  const width = heads * headSize
  if (output.length !== batch * tokens * width * (pass === 'forward' ? 1 : 3)) return Number.NaN
  let [worst, largest] = [0, 0]
  for (let i = 0; i < CHOSEN; i++) {
    const b = i === 0 ? batch - 1 : Math.floor(randomAt(81, i) * batch)
    const h = i === 0 ? heads - 1 : Math.floor(randomAt(82, i) * heads)
    for (const { at, value } of referenceOf(task, b, h)) {
      const error = Math.abs(output[at]! - value)
      worst = Math.max(worst, Number.isFinite(error) ? error : Number.POSITIVE_INFINITY)
      largest = Math.max(largest, Math.abs(value))
    }
  }
  return worst / (ALLOWED * largest)
}

interface Expected {
  readonly at: number
  readonly value: number
}

/** Output, or gradient of q, k and v, of one sequence and head with its place in the result. */
function referenceOf(task: AttentionTask, b: number, h: number): Expected[] {
  const { tokens, heads, headSize, qkv, gradOut, pass } = task
  const width = heads * headSize
  const place = (part: number, t: number, d: number) =>
    ((b * tokens + t) * 3 + part) * width + h * headSize + d
  const outPlace = (t: number, d: number) => (b * tokens + t) * width + h * headSize + d
  const scale = 1 / Math.sqrt(headSize)
  const weights = softmaxRows(tokens, (t, j) => {
    let sum = 0
    for (let d = 0; d < headSize; d++) sum += qkv[place(0, t, d)]! * qkv[place(1, j, d)]!
    return sum * scale
  })
  const expected = new Map<number, number>()
  const add = (at: number, value: number) => expected.set(at, (expected.get(at) ?? 0) + value)
  for (let t = 0; t < tokens; t++) {
    if (pass === 'forward') {
      for (let j = 0; j < tokens; j++)
        for (let d = 0; d < headSize; d++) add(outPlace(t, d), weights[t]![j]! * qkv[place(2, j, d)]!)
      continue
    }
    const gradWeights = weights[t]!.map((_, j) => {
      let sum = 0
      for (let d = 0; d < headSize; d++) sum += gradOut[outPlace(t, d)]! * qkv[place(2, j, d)]!
      return sum
    })
    const mean = gradWeights.reduce((sum, value, j) => sum + value * weights[t]![j]!, 0)
    for (let j = 0; j < tokens; j++) {
      const gradScore = weights[t]![j]! * (gradWeights[j]! - mean) * scale
      for (let d = 0; d < headSize; d++) {
        add(place(0, t, d), gradScore * qkv[place(1, j, d)]!)
        add(place(1, j, d), gradScore * qkv[place(0, t, d)]!)
        add(place(2, j, d), weights[t]![j]! * gradOut[outPlace(t, d)]!)
      }
    }
  }
  return [...expected].map(([at, value]) => ({ at, value }))
}

function softmaxRows(tokens: number, score: (row: number, col: number) => number): Float64Array[] {
  return Array.from({ length: tokens }, (_, row) => {
    const scores = Float64Array.from({ length: tokens }, (_, col) => score(row, col))
    const shift = Math.max(...scores)
    const exps = scores.map((value) => Math.exp(value - shift))
    const sum = exps.reduce((total, value) => total + value, 0)
    return exps.map((value) => value / sum)
  })
}
