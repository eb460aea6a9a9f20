// The distillation loss on a real device against f64: loss and gradient.
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
import { softmaxKlReference } from './softmax-kl.ref.ts'
import { SOFTMAX_KL_TOLERANCE, softmaxKl } from './softmax-kl.ts'

const SHARERS = possibleSharers(await testGpu())

function example(rows: number, classes: number, { temperature = 4, sharers = 1 } = {}) {
  return {
    rows,
    classes,
    temperature,
    sharers,
    scale: 0.5,
    teacher: randomValues(rows * classes, rows, 6),
    student: randomValues(rows * classes, classes + 50, 6),
    before: randomValues(rows * classes, 9),
  }
}
type Example = ReturnType<typeof example>

async function run(e: Example, accumulate: 0 | 1 = 0) {
  const gpu = await testGpu()
  const { rows, classes, temperature, scale, sharers } = e
  const teacher = upload(gpu, 'f32', e.teacher, { owner: 'test' })
  const student = upload(gpu, 'f32', e.student, { owner: 'test' })
  const loss = guardedTensor(gpu, 'f32', [rows])
  const grad = accumulate
    ? upload(gpu, 'f32', e.before, { owner: 'test' })
    : guardedTensor(gpu, 'f32', [rows, classes])
  const sizes = { rows, classes, temperature, scale, accumulate, sharers }
  softmaxKl(gpu, { teacher, student, loss, grad }, sizes)
  return {
    loss: await readGuarded(gpu, loss),
    grad: accumulate ? await read(gpu, grad) : await readGuarded(gpu, grad),
  }
}

function expected(e: Example) {
  const part = (x: Float32Array, r: number) => [...x.subarray(r * e.classes, (r + 1) * e.classes)]
  const rows = Array.from({ length: e.rows }, (_, r) =>
    softmaxKlReference(part(e.teacher, r), part(e.student, r), e),
  )
  return { loss: rows.map((row) => row.loss), grad: rows.flatMap((row) => row.grad) }
}

test('the reference gradient is its finite difference', () => {
  const settings = { temperature: 3, scale: 0.7 }
  const [teacher, student] = [
    [1, 2, -0.5, 0.3],
    [0.3, -1.2, 2, 0.5],
  ]
  const loss = (at: Float64Array) => softmaxKlReference(teacher!, [...at], settings).loss
  const numeric = numericalGradient(loss, Float64Array.from(student!))
  expect(maxError(numeric, softmaxKlReference(teacher!, student!, settings).grad)).toBeLessThan(1e-9)
})

describe.each(SHARERS)('rows shared by %i', (sharers) => {
  test.each([
    [1, 1, 2],
    [1, 2, 1],
    [31, 3, 4],
    [32, 7, 10],
    [33, 77, 4],
    [101, 13, 0.5],
    [5, 130, 3],
  ] as const)(
    '%i rows of %i classes at temperature %f match f64, twice the same bits',
    async (rows, classes, temperature) => {
      const e = example(rows, classes, { temperature, sharers })
      const actual = await run(e)
      const t = e.temperature
      // The shifted logits reach 12 / T, and their rounding errors grow with them.
      const growth = Math.max(1, 12 / t)
      expect(maxError(actual.loss, expected(e).loss)).toBeLessThan(t * t * growth * SOFTMAX_KL_TOLERANCE)
      expect(maxError(actual.grad, expected(e).grad)).toBeLessThan(t * SOFTMAX_KL_TOLERANCE)
      expect(await run(e)).toEqual(actual)
    },
  )

  test('accumulate adds the gradient to what is there', async () => {
    const e = example(9, 5, { sharers })
    const sums = expected(e).grad.map((g, i) => g + e.before[i]!)
    expect(maxError((await run(e, 1)).grad, sums)).toBeLessThan(4 * SOFTMAX_KL_TOLERANCE)
  })

  test('equal logits give no loss and no gradient, huge ones too', async () => {
    const e = example(4, 6, { temperature: 2, sharers })
    const logits = e.teacher.map((z) => z * 1000)
    const { loss, grad } = await run({ ...e, teacher: logits, student: logits })
    expect(maxError(loss, [0, 0, 0, 0])).toBeLessThan(SOFTMAX_KL_TOLERANCE)
    expect(grad.every((g) => g === 0)).toBe(true)
  })

  test('offsets of whole rows cost no accuracy', async () => {
    const e = example(7, 9, { temperature: 2, sharers })
    const moved = { ...e, teacher: e.teacher.map((z) => z + 1000), student: e.student.map((z) => z - 3000) }
    const { loss, grad } = await run(moved)
    expect(maxError(loss, expected(moved).loss)).toBeLessThan(4 * 6 * SOFTMAX_KL_TOLERANCE)
    expect(maxError(grad, expected(moved).grad)).toBeLessThan(2 * SOFTMAX_KL_TOLERANCE)
  })

  test('NaN logits give a loss that is not finite, in their row only', async () => {
    const e = example(2, 77, { sharers })
    e.student[70] = Number.NaN
    expect([...(await run(e)).loss].map(Number.isFinite)).toEqual([false, true])
  })
})

test('more than 65,535 workgroups are folded into two dimensions', async () => {
  const rows = 65_536 * 32 + 1
  const e = {
    ...example(1, 1),
    rows,
    teacher: new Float32Array(rows).fill(3),
    student: new Float32Array(rows).fill(5),
  }
  const { loss, grad } = await run(e)
  expect(loss.every((value) => value === 0)).toBe(true)
  expect(grad.every((value) => value === 0)).toBe(true)
})
