// The quality columns of a comparison row, from a model's logits, its teacher's and the labels.
import { assert, StudioError } from '../base/errors.ts'
import type { ModelRow } from '../protocol.ts'
import { macroF1, mcnemar, wilsonInterval } from './statistics.ts'

export type QualityFields = Pick<
  ModelRow,
  'n' | 'accuracy' | 'interval' | 'macro_f1' | 'agreement' | 'kl' | 'p_value'
>

/**
 * Scores the rows whose label is known, or all rows when none is; then accuracy, F1 and the p-value are absent and the
 * interval is that of the agreement.
 * @param options.logits [rows, classes]; `teacherLogits` likewise
 * @param options.labels class by row, -1 for none
 * @throws StudioError `training-diverged` when a logit is not finite
 */
export function scoreLogits(options: {
  readonly logits: Float32Array
  readonly teacherLogits: Float32Array
  readonly labels: Int32Array
  readonly classes: number
}): QualityFields {
  const { logits, teacherLogits, labels, classes } = options
  assert(
    logits.length === labels.length * classes && teacherLogits.length === logits.length,
    'logits have a row per label and a column per class',
  )
  checkFinite(logits, classes)
  checkFinite(teacherLogits, classes)
  const isLabeled = labels.some((label) => label >= 0)
  const rows = Array.from(labels.keys()).filter((row) => !isLabeled || labels[row]! >= 0)
  const predicted = rows.map((row) => bestClass(logits, row, classes))
  const taught = rows.map((row) => bestClass(teacherLogits, row, classes))
  const divergence = rows.reduce((sum, row) => sum + rowDivergence(teacherLogits, logits, row, classes), 0)
  const agreed = count(rows.length, (i) => predicted[i] === taught[i])
  const n = rows.length
  const common = { n, agreement: n === 0 ? 0 : agreed / n, kl: n === 0 ? 0 : divergence / n }
  if (!isLabeled) return { ...common, interval: wilsonInterval(agreed, n) }
  const actual = rows.map((row) => labels[row]!)
  const right = (guesses: readonly number[]) => (i: number) => guesses[i] === actual[i]
  const [isRight, isTeacherRight] = [right(predicted), right(taught)]
  const correct = count(n, isRight)
  return {
    ...common,
    accuracy: correct / n,
    interval: wilsonInterval(correct, n),
    macro_f1: macroF1(predicted, actual, classes),
    p_value: mcnemar(
      count(n, (i) => isRight(i) && !isTeacherRight(i)),
      count(n, (i) => !isRight(i) && isTeacherRight(i)),
    ),
  }
}

function count(length: number, holds: (index: number) => boolean): number {
  let sum = 0
  for (let i = 0; i < length; i++) if (holds(i)) sum++
  return sum
}

function checkFinite(logits: Float32Array, classes: number): void {
  const at = logits.findIndex((value) => !Number.isFinite(value))
  if (at >= 0)
    throw new StudioError(
      'training-diverged',
      `The model gives a logit of ${logits[at]} for row ${Math.floor(at / classes)}.`,
    )
}

/** Class of the largest logit of a row, the first one of equals. */
export function bestClass(logits: Float32Array, row: number, classes: number): number {
  const start = row * classes
  let best = 0
  for (let id = 1; id < classes; id++) if (logits[start + id]! > logits[start + best]!) best = id
  return best
}

/** Softmax of one row of [rows, classes] logits, in F64. */
export function rowProbabilities(logits: Float32Array, row: number, classes: number): Float64Array {
  return softmax(Float64Array.from(logits.subarray(row * classes, (row + 1) * classes)))
}

/** exp(x) ÷ Σ exp(x), in F64. */
export function softmax(values: Float64Array): Float64Array {
  const shift = logSumExp(values)
  return values.map((value) => Math.exp(value - shift))
}

/** log Σ exp(x), shifted by the largest so that nothing overflows. */
function logSumExp(values: Float64Array): number {
  const most = values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY)
  return most + Math.log(values.reduce((sum, value) => sum + Math.exp(value - most), 0))
}

/** KL(teacher ‖ student) = Σ p (log p − log q) of one row, in nats. */
function rowDivergence(teacher: Float32Array, student: Float32Array, row: number, classes: number): number {
  const t = Float64Array.from(teacher.subarray(row * classes, (row + 1) * classes))
  const s = Float64Array.from(student.subarray(row * classes, (row + 1) * classes))
  const shift = logSumExp(s) - logSumExp(t)
  const probabilities = rowProbabilities(teacher, row, classes)
  const sum = probabilities.reduce((total, p, id) => total + p * (t[id]! - s[id]! + shift), 0)
  // Rounding can leave a tiny negative number where the rows are equal.
  return Math.max(0, sum)
}
