// The hidden-state loss on a real device against f64: loss and gradient.
import { describe, expect, test } from 'vitest'
import { possibleSharers } from '../lib/row-sharing.ts'
import { read, upload } from '../runtime/tensor.ts'
import {
  guardedTensor,
  maxError,
  numericalGradient,
  randomValues,
  readGuarded,
  testGpu,
} from '../runtime/testing.ts'
import { hiddenMseReference } from './hidden-mse.ref.ts'
import { hiddenMse, hiddenMseTolerance } from './hidden-mse.ts'

const SHARERS = possibleSharers(await testGpu())

function example(rows: number, cols: number, sharers = 1) {
  return {
    rows,
    cols,
    sharers,
    scale: 0.25,
    student: randomValues(rows * cols, rows, 2),
    teacher: randomValues(rows * cols, cols + 50, 2),
    mask: Uint32Array.from({ length: rows }, (_, r) => (r % 4 === 2 ? 0 : 1)),
    before: randomValues(rows * cols, 9),
  }
}
type Example = ReturnType<typeof example>

async function run(e: Example, accumulate: 0 | 1 = 0) {
  const gpu = await testGpu()
  const { rows, cols, scale, sharers } = e
  const student = upload(gpu, 'f32', e.student, { owner: 'test' })
  const teacher = upload(gpu, 'f32', e.teacher, { owner: 'test' })
  const mask = upload(gpu, 'u32', e.mask, { owner: 'test' })
  const loss = guardedTensor(gpu, 'f32', [rows])
  const grad = accumulate
    ? upload(gpu, 'f32', e.before, { owner: 'test' })
    : guardedTensor(gpu, 'f32', [rows, cols])
  hiddenMse(gpu, { student, teacher, mask, loss, grad }, { rows, cols, scale, accumulate, sharers })
  return {
    loss: await readGuarded(gpu, loss),
    grad: accumulate ? await read(gpu, grad) : await readGuarded(gpu, grad),
  }
}

test('the reference gradient is its finite difference', () => {
  const e = example(4, 3)
  const loss = (at: Float64Array) => hiddenMseReference(at, e.teacher, e).loss.reduce((a, b) => a + b)
  const numeric = numericalGradient(loss, Float64Array.from(e.student))
  expect(maxError(numeric, hiddenMseReference(e.student, e.teacher, e).grad)).toBeLessThan(1e-9)
})

describe.each(SHARERS)('rows shared by %i', (sharers) => {
  test.each([
    [1, 1],
    [1, 4],
    [31, 5],
    [32, 8],
    [33, 13],
    [67, 128],
  ])('%i rows of %i columns match f64, twice the same bits', async (rows, cols) => {
    const e = example(rows, cols, sharers)
    const actual = await run(e)
    const expected = hiddenMseReference(e.student, e.teacher, e)
    actual.loss.forEach((loss, r) => {
      expect(Math.abs(loss - expected.loss[r]!)).toBeLessThanOrEqual(
        hiddenMseTolerance(cols) * expected.loss[r]!,
      )
    })
    // Three roundings of a difference of at most 4, times 2 * scale.
    expect(maxError(actual.grad, expected.grad)).toBeLessThan(3 * 4 * 2 * e.scale * 2 ** -24)
    expect(await run(e)).toEqual(actual)
  })

  test('accumulate adds the gradient to what is there', async () => {
    const e = example(9, 5, sharers)
    const { grad } = hiddenMseReference(e.student, e.teacher, e)
    const sums = grad.map((g, i) => g + e.before[i]!)
    expect(maxError((await run(e, 1)).grad, sums)).toBeLessThan(1e-6)
  })

  test('NaN gives a loss that is not finite, in its row only, unless the row is masked', async () => {
    const e = example(3, 3, sharers)
    e.student[1] = Number.NaN
    expect([...(await run(e)).loss].map(Number.isFinite)).toEqual([false, true, true])
  })
})

test('more than 65,535 workgroups are folded into two dimensions', async () => {
  const rows = 65_536 * 32 + 1
  const e = {
    ...example(1, 1),
    rows,
    student: new Float32Array(rows).fill(3),
    teacher: new Float32Array(rows).fill(1),
    mask: new Uint32Array(rows).fill(1),
  }
  const { loss, grad } = await run(e)
  expect(loss.every((value) => value === 1)).toBe(true)
  expect(grad.every((value) => value === 1)).toBe(true)
})
