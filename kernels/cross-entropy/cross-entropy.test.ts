// Cross-entropy on a real device against f64: loss and gradient.
import { expect, test } from 'vitest'
import { read, upload } from '../runtime/tensor.ts'
import {
  guardedTensor,
  maxError,
  numericalGradient,
  randomValues,
  readGuarded,
  testGpu,
} from '../runtime/testing.ts'
import { crossEntropyReference } from './cross-entropy.ref.ts'
import { CROSS_ENTROPY_TOLERANCE, crossEntropy } from './cross-entropy.ts'

function example(rows: number, classes: number) {
  return {
    rows,
    classes,
    scale: 0.25,
    logits: randomValues(rows * classes, rows + classes, 5),
    labels: Int32Array.from({ length: rows }, (_, r) => (r % 5 === 3 ? -1 : (r * 7) % classes)),
    before: randomValues(rows * classes, 9),
  }
}
type Example = ReturnType<typeof example>

const rowOf = (e: Example, r: number) => [...e.logits.subarray(r * e.classes, (r + 1) * e.classes)]

async function run(e: Example, accumulate: 0 | 1 = 0) {
  const gpu = await testGpu()
  const { rows, classes, scale } = e
  const logits = upload(gpu, 'f32', e.logits, { owner: 'test' })
  const labels = upload(gpu, 'i32', e.labels, { owner: 'test' })
  const loss = guardedTensor(gpu, 'f32', [rows])
  const grad = accumulate
    ? upload(gpu, 'f32', e.before, { owner: 'test' })
    : guardedTensor(gpu, 'f32', [rows, classes])
  crossEntropy(gpu, { logits, labels, loss, grad }, { rows, classes, scale, accumulate })
  return {
    loss: await readGuarded(gpu, loss),
    grad: accumulate ? await read(gpu, grad) : await readGuarded(gpu, grad),
  }
}

function expected(e: Example) {
  const rows = [...e.labels].map((label, r) => crossEntropyReference(rowOf(e, r), label, e.scale))
  return { loss: rows.map((row) => row.loss), grad: rows.flatMap((row) => row.grad) }
}

test('the reference gradient is its finite difference', () => {
  const logits = [0.3, -1.2, 2, 0.5]
  const loss = (at: Float64Array) => crossEntropyReference([...at], 2, 0.7).loss
  const numeric = numericalGradient(loss, Float64Array.from(logits))
  expect(maxError(numeric, crossEntropyReference(logits, 2, 0.7).grad)).toBeLessThan(1e-10)
})

test.each([
  [1, 1],
  [1, 2],
  [31, 3],
  [32, 7],
  [33, 77],
  [101, 13],
])('%i rows of %i classes match f64, twice the same bits', async (rows, classes) => {
  const e = example(rows, classes)
  const actual = await run(e)
  expect(maxError(actual.loss, expected(e).loss)).toBeLessThan(CROSS_ENTROPY_TOLERANCE)
  expect(maxError(actual.grad, expected(e).grad)).toBeLessThan(CROSS_ENTROPY_TOLERANCE)
  expect(await run(e)).toEqual(actual)
})

test('accumulate adds the gradient to what is there', async () => {
  const e = example(9, 5)
  const sums = expected(e).grad.map((g, i) => g + e.before[i]!)
  expect(maxError((await run(e, 1)).grad, sums)).toBeLessThan(CROSS_ENTROPY_TOLERANCE)
})

test('huge logits neither overflow nor lose the loss', async () => {
  const e = { ...example(1, 3), logits: Float32Array.of(1e4, -1e4, 9.999e3), labels: Int32Array.of(1) }
  const { loss, grad } = await run(e)
  expect(Math.abs(loss[0]! / expected(e).loss[0]! - 1)).toBeLessThan(1e-6)
  expect(maxError(grad, expected(e).grad)).toBeLessThan(CROSS_ENTROPY_TOLERANCE)
})

test('NaN logits give a loss that is not finite, in their row only', async () => {
  const e = example(2, 3)
  e.logits[1] = Number.NaN
  const { loss } = await run(e)
  expect([...loss].map(Number.isFinite)).toEqual([false, true])
})

test('more than 65,535 workgroups are folded into two dimensions', async () => {
  const rows = 65_536 * 32 + 1
  const e = {
    ...example(1, 1),
    rows,
    classes: 2,
    logits: new Float32Array(rows * 2).fill(1),
    labels: new Int32Array(rows),
  }
  const { loss } = await run(e)
  expect(loss.every((value) => Math.abs(value - 0.25 * Math.LN2) < CROSS_ENTROPY_TOLERANCE)).toBe(true)
})
