// Matrix products and column sums against f64, at ragged sizes, with every epilogue.
import { describe, expect, test } from 'vitest'
import type { Gpu } from '../runtime/gpu.ts'
import { createTensor, read, release, upload } from '../runtime/tensor.ts'
import { guardedTensor, randomValues, readGuarded, testGpu } from '../runtime/testing.ts'
import { columnSumsReference, geluReference, matmulReference } from './matmul.ref.ts'
import { columnSums, type MatmulForm, type MatmulShape, matmul, matmulTolerance } from './matmul.ts'

const SIZES: [rows: number, cols: number, inner: number][] = [
  [1, 1, 1],
  [1, 77, 13],
  [2, 64, 32],
  [4, 5, 3],
  [5, 63, 7],
  [8, 65, 64],
  [7, 64, 65],
  [9, 127, 4],
  [17, 129, 31],
  [67, 71, 73],
  [36, 260, 40],
]

function operands(gpu: Gpu, { rows, cols, inner }: MatmulShape) {
  const a = randomValues(rows * inner, rows + 1)
  const b = randomValues(inner * cols, cols + 2)
  return {
    a,
    b,
    left: upload(gpu, 'f32', a, { owner: 'test' }),
    right: upload(gpu, 'f32', b, { owner: 'test' }),
  }
}

/** Largest error over its allowed size: at most 1 passes, NaN fails. */
function worstRatio(actual: ArrayLike<number>, expected: ArrayLike<number>, allowed: (i: number) => number) {
  expect(actual.length).toBe(expected.length)
  let worst = 0
  for (let i = 0; i < actual.length; i++) {
    const ratio = Math.abs(actual[i]! - expected[i]!) / allowed(i)
    worst = Number.isNaN(ratio) ? Infinity : Math.max(worst, ratio)
  }
  return worst
}

describe.each(['NN', 'NT', 'TN'] as MatmulForm[])('%s', (form) => {
  test.each(SIZES)('%i x %i, inner %i', async (rows, cols, inner) => {
    const gpu = await testGpu()
    const shape = { form, rows, cols, inner }
    const { a, b, left, right } = operands(gpu, shape)
    const out = guardedTensor(gpu, 'f32', [rows, cols])
    matmul(gpu, { a: left, b: right, out }, shape)
    const { value, magnitude } = matmulReference(a, b, shape)
    const actual = await readGuarded(gpu, out)
    expect(worstRatio(actual, value, (i) => matmulTolerance(inner, magnitude[i]!))).toBeLessThanOrEqual(1)
    release(gpu, left, right, out)
  })

  test.each([
    [1, 1, 1],
    [9, 33, 5],
    [67, 71, 73],
    [36, 260, 40],
    [40, 64, 1100],
  ])('large tiles give the bits of small ones: %i x %i, inner %i', async (rows, cols, inner) => {
    const gpu = await testGpu()
    const shape = { form, rows, cols, inner, ...(form === 'NT' ? { gelu: 'exact' as const } : {}) }
    const { left, right } = operands(gpu, shape)
    const residual = upload(gpu, 'f32', randomValues(rows * cols, 5), { owner: 'test' })
    const extra = form === 'NT' ? { bias: right, residual } : {}
    const outputs = (['large', 'small'] as const).map((tile) => {
      const out = guardedTensor(gpu, 'f32', [rows, cols])
      const preactivation = guardedTensor(gpu, 'f32', [rows, cols])
      const written = form === 'NT' ? { out, preactivation } : { out }
      matmul(gpu, { a: left, b: right, ...extra, ...written }, { ...shape, tile })
      return Object.values(written)
    })
    const [large, small] = await Promise.all(
      outputs.map(async (written) => {
        const values: ArrayLike<number>[] = []
        for (const tensor of written) values.push(await readGuarded(gpu, tensor))
        return values
      }),
    )
    expect(large).toEqual(small)
    release(gpu, left, right, residual)
  })

  test('more than 65,535 rows, with bias', async () => {
    const gpu = await testGpu()
    const shape = { form, rows: 65_537, cols: 3, inner: 2 }
    const { a, b, left, right } = operands(gpu, shape)
    const bias = upload(gpu, 'f32', randomValues(3, 9), { owner: 'test' })
    const out = guardedTensor(gpu, 'f32', [shape.rows, 3])
    matmul(gpu, { a: left, b: right, out, bias }, shape)
    const { value, magnitude } = matmulReference(a, b, shape)
    const added = await read(gpu, bias)
    const expected = value.map((x, i) => x + added[i % 3]!)
    const actual = await readGuarded(gpu, out)
    expect(worstRatio(actual, expected, (i) => matmulTolerance(3, magnitude[i]! + 1))).toBeLessThanOrEqual(1)
    release(gpu, left, right, bias, out)
  })
})

test.each(['exact', 'tanh'] as const)('bias, preactivation, %s GELU and residual', async (gelu) => {
  const gpu = await testGpu()
  const shape = { form: 'NT' as const, rows: 19, cols: 37, inner: 21, gelu }
  const { a, b, left, right } = operands(gpu, shape)
  const biases = randomValues(37, 3, 6)
  const residuals = randomValues(19 * 37, 4)
  const bias = upload(gpu, 'f32', biases, { owner: 'test' })
  const residual = upload(gpu, 'f32', residuals, { owner: 'test' })
  const out = guardedTensor(gpu, 'f32', [19, 37])
  const preactivation = guardedTensor(gpu, 'f32', [19, 37])
  matmul(gpu, { a: left, b: right, out, bias, residual, preactivation }, shape)
  const { value, magnitude } = matmulReference(a, b, shape)
  const z = value.map((x, i) => x + biases[i % 37]!)
  const allowed = (i: number) => matmulTolerance(21, magnitude[i]! + 6)
  expect(worstRatio(await readGuarded(gpu, preactivation), z, allowed)).toBeLessThanOrEqual(1)
  // GELU stretches an error by at most 1.13 and adds its own, below 1e-6 for |z| < 12.
  const expected = z.map((x, i) => geluReference(x, gelu) + residuals[i]!)
  const actual = await readGuarded(gpu, out)
  expect(worstRatio(actual, expected, (i) => 1.2 * allowed(i) + 1e-6)).toBeLessThanOrEqual(1)
  release(gpu, left, right, bias, residual, out, preactivation)
})

describe('split-K', () => {
  const shape = { form: 'TN' as const, rows: 13, cols: 18, inner: 2_051 }

  test('matches the reference, repeats its bits and returns its scratch', async () => {
    const gpu = await testGpu()
    const { a, b, left, right } = operands(gpu, shape)
    const outputs = [guardedTensor(gpu, 'f32', [13, 18]), guardedTensor(gpu, 'f32', [13, 18])] as const
    const before = gpu.pool.ledger.now
    for (const out of outputs) matmul(gpu, { a: left, b: right, out }, shape)
    expect(gpu.pool.ledger.now).toBe(before)
    const { value, magnitude } = matmulReference(a, b, shape)
    const actual = await readGuarded(gpu, outputs[0])
    expect(worstRatio(actual, value, (i) => matmulTolerance(shape.inner, magnitude[i]!))).toBeLessThanOrEqual(
      1,
    )
    expect(await readGuarded(gpu, outputs[1])).toEqual(actual)
    release(gpu, left, right, ...outputs)
  })

  test('with an epilogue', async () => {
    const gpu = await testGpu()
    const { a, b, left, right } = operands(gpu, shape)
    const bias = upload(gpu, 'f32', randomValues(18, 5), { owner: 'test' })
    const out = guardedTensor(gpu, 'f32', [13, 18])
    matmul(gpu, { a: left, b: right, out, bias }, shape)
    const added = await read(gpu, bias)
    const { value, magnitude } = matmulReference(a, b, shape)
    const expected = value.map((x, i) => x + added[i % 18]!)
    const actual = await readGuarded(gpu, out)
    const allowed = (i: number) => matmulTolerance(shape.inner, magnitude[i]! + 1)
    expect(worstRatio(actual, expected, allowed)).toBeLessThanOrEqual(1)
    release(gpu, left, right, bias, out)
  })
})

test('an empty inner size leaves bias and residual', async () => {
  const gpu = await testGpu()
  const shape = { form: 'NT' as const, rows: 5, cols: 3, inner: 0 }
  const nothing = createTensor(gpu, 'f32', [0], 'test')
  const bias = upload(gpu, 'f32', Float32Array.of(1, 2, 3), { owner: 'test' })
  const residual = upload(gpu, 'f32', new Float32Array(15).fill(10), { owner: 'test' })
  const out = guardedTensor(gpu, 'f32', [5, 3])
  matmul(gpu, { a: nothing, b: nothing, out, bias, residual }, shape)
  expect([...(await readGuarded(gpu, out))]).toEqual(Array.from({ length: 15 }, (_, i) => 11 + (i % 3)))
  release(gpu, nothing, bias, residual, out)
})

test('a product split over submissions has the bits of one dispatch', async () => {
  const gpu = await testGpu()
  const shape = { form: 'NT' as const, rows: 203, cols: 20, inner: 12 }
  const { left, right } = operands(gpu, shape)
  const whole = createTensor(gpu, 'f32', [203, 20], 'test')
  const split = guardedTensor(gpu, 'f32', [203, 20])
  matmul(gpu, { a: left, b: right, out: whole }, shape)
  Object.defineProperty(gpu, 'operationsPerSubmission', { value: 20 * 12 * 30, configurable: true })
  matmul(gpu, { a: left, b: right, out: split }, shape)
  Reflect.deleteProperty(gpu, 'operationsPerSubmission')
  expect(await readGuarded(gpu, split)).toEqual(await read(gpu, whole))
  release(gpu, left, right, whole, split)
})

test('a NaN input reaches its own row only', async () => {
  const gpu = await testGpu()
  const shape = { form: 'NN' as const, rows: 3, cols: 5, inner: 9 }
  const a = randomValues(27, 1)
  a[10] = Number.NaN
  const left = upload(gpu, 'f32', a, { owner: 'test' })
  const right = upload(gpu, 'f32', randomValues(45, 2), { owner: 'test' })
  const out = guardedTensor(gpu, 'f32', [3, 5])
  matmul(gpu, { a: left, b: right, out }, shape)
  const rows = [...(await readGuarded(gpu, out))].map(Number.isNaN)
  expect(rows).toEqual(Array.from({ length: 15 }, (_, i) => Math.floor(i / 5) === 1))
  release(gpu, left, right, out)
})

test.each([
  [1, 1],
  [63, 5],
  [64, 65],
  [131, 384],
  [65_537, 3],
])('column sums of %i x %i', async (rows, cols) => {
  const gpu = await testGpu()
  const values = randomValues(rows * cols, cols)
  const x = upload(gpu, 'f32', values, { owner: 'test' })
  const outputs = [guardedTensor(gpu, 'f32', [cols]), guardedTensor(gpu, 'f32', [cols])] as const
  for (const out of outputs) columnSums(gpu, { x, out }, { rows, cols })
  const { value, magnitude } = columnSumsReference(values, { rows, cols })
  const actual = await readGuarded(gpu, outputs[0])
  expect(worstRatio(actual, value, (c) => matmulTolerance(rows, magnitude[c]!))).toBeLessThanOrEqual(1)
  expect(await readGuarded(gpu, outputs[1])).toEqual(actual)
  release(gpu, x, ...outputs)
})
