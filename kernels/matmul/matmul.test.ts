// Matrix products, and the sums beside them, against f64, at ragged sizes, with every epilogue.
import { describe, expect, test, vi } from 'vitest'
import { geluGradReference } from '../gelu/gelu.ref.ts'
import { GELU_TOLERANCE } from '../gelu/gelu.ts'
import type { Gpu } from '../runtime/gpu.ts'
import { createTensor, read, release, upload } from '../runtime/tensor.ts'
import {
  guardedTensor,
  maxError,
  randomValues,
  readGuarded,
  testGpu,
  testGpuAsCard,
} from '../runtime/testing.ts'
import { columnSumsReference, geluReference, matmulReference } from './matmul.ref.ts'
import { type MatmulForm, type MatmulShape, matmul, matmulTolerance } from './matmul.ts'
import { possibleTiles, productSize } from './tiles.ts'

const TILE_NAMES = possibleTiles(await testGpu())

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
    [130, 67, 33],
  ])('all tiles give the same bits: %i x %i, inner %i', async (rows, cols, inner) => {
    const gpu = await testGpu()
    const shape = { form, rows, cols, inner, ...(form === 'NT' ? { gelu: 'exact' as const } : {}) }
    const { left, right } = operands(gpu, shape)
    const residual = upload(gpu, 'f32', randomValues(rows * cols, 5), { owner: 'test' })
    const extra = form === 'NT' ? { bias: right, residual } : {}
    const outputs = TILE_NAMES.map((tile) => {
      const out = guardedTensor(gpu, 'f32', [rows, cols])
      const preactivation = guardedTensor(gpu, 'f32', [rows, cols])
      const written = form === 'NT' ? { out, preactivation } : { out }
      matmul(gpu, { a: left, b: right, ...extra, ...written }, { ...shape, tile })
      return Object.values(written)
    })
    const results = await Promise.all(
      outputs.map(async (written) => {
        const values: ArrayLike<number>[] = []
        for (const tensor of written) values.push(await readGuarded(gpu, tensor))
        return values
      }),
    )
    for (const result of results) expect(result).toEqual(results[0])
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

describe.each(['exact', 'tanh'] as const)('the slope of GELU %s as epilogue', (gelu) => {
  test.each([
    [1, 1, 1],
    [4, 5, 3],
    [9, 33, 5],
    [19, 37, 21],
    [67, 71, 73],
    [36, 260, 40],
  ])('%i x %i, inner %i, matches f64 with every tile, twice', async (rows, cols, inner) => {
    const gpu = await testGpu()
    const shape = { form: 'NN' as const, rows, cols, inner, gelu }
    const { a, b, left, right } = operands(gpu, shape)
    const values = randomValues(rows * cols, 3, 8)
    const slopeAt = upload(gpu, 'f32', values, { owner: 'test' })
    const results: ArrayLike<number>[] = []
    for (const tile of [...TILE_NAMES, ...TILE_NAMES]) {
      const out = guardedTensor(gpu, 'f32', [rows, cols])
      matmul(gpu, { a: left, b: right, out, slopeAt }, { ...shape, tile })
      results.push(await readGuarded(gpu, out))
      release(gpu, out)
    }
    const { value, magnitude } = matmulReference(a, b, shape)
    const expected = value.map((x, i) => x * geluGradReference(values[i]!, gelu))
    // Slopes lie within 1.13 of zero; their own error is allowed as gelu.test.ts allows it.
    const allowed = (i: number) =>
      1.2 * matmulTolerance(inner, magnitude[i]!) +
      GELU_TOLERANCE * (1 + Math.abs(values[i]!)) * Math.abs(value[i]!)
    expect(worstRatio(results[0]!, expected, allowed)).toBeLessThanOrEqual(1)
    // The compiler may contract the tiles differently, as their slopes are inlined in different places.
    for (const other of results) expect(worstRatio(other, results[0]!, allowed)).toBeLessThanOrEqual(1)
    expect(results.slice(TILE_NAMES.length)).toEqual(results.slice(0, TILE_NAMES.length))
    release(gpu, left, right, slopeAt)
  })

  test('stands alone', async () => {
    const gpu = await testGpu()
    const shape = { form: 'NN' as const, rows: 2, cols: 2, inner: 2 }
    const { left, right } = operands(gpu, shape)
    const out = guardedTensor(gpu, 'f32', [2, 2])
    const tensors = { a: left, b: right, out, slopeAt: right }
    expect(() => matmul(gpu, tensors, shape)).toThrow('the slope of a GELU')
    expect(() => matmul(gpu, { ...tensors, residual: left }, { ...shape, gelu })).toThrow('the slope')
    release(gpu, left, right, out)
  })
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

describe('on graphics cards', () => {
  test('TN is cut into slices by larger tiles, of the same sums', async () => {
    const gpu = await testGpuAsCard()
    const shape = { form: 'TN' as const, rows: 70, cols: 65, inner: 1_030 }
    const { a, b, left, right } = operands(gpu, shape)
    const outputs = [guardedTensor(gpu, 'f32', [70, 65]), guardedTensor(gpu, 'f32', [70, 65])] as const
    const sums = guardedTensor(gpu, 'f32', [70])
    const launched = vi.spyOn(gpu, 'dispatch')
    for (const out of outputs) matmul(gpu, { a: left, b: right, out, sums }, shape)
    expect(launched.mock.calls.map(([{ kernel, grid }]) => [kernel.name, grid[2]]).slice(0, 2)).toEqual([
      ['matmul/matmul-workgroups', 2],
      ['matmul/sum-slices', 1],
    ])
    const { value, magnitude } = matmulReference(a, b, shape)
    const actual = await readGuarded(gpu, outputs[0])
    expect(worstRatio(actual, value, (i) => matmulTolerance(1_030, magnitude[i]!))).toBeLessThanOrEqual(1)
    expect(await readGuarded(gpu, outputs[1])).toEqual(actual)
    const expected = Array.from({ length: 70 }, (_, r) => columnSum(a, { r, rows: 70, inner: 1_030 }))
    expect(maxError(await readGuarded(gpu, sums), expected)).toBeLessThan(1e-4)
    gpu.destroy()
  })

  test.each([
    ['few rows', 8, 4096, 1],
    ['many rows', 1984, 512, 1],
    ['many rows', 64, 64, 255],
    ['large', 1984, 512, 2],
  ] as const)('tiles are chosen for %s: %i x %i in %i slices', async (size, rows, cols, slices) => {
    const gpu = await testGpuAsCard()
    expect(productSize(gpu, { rows, cols, slices })).toBe(size)
    gpu.destroy()
  })
})

/** Sum over k of A[k, r]. */
function columnSum(a: Float32Array, { r, rows, inner }: { r: number; rows: number; inner: number }): number {
  let sum = 0
  for (let k = 0; k < inner; k++) sum += a[k * rows + r]!
  return sum
}

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

describe('sums of A beside a product', () => {
  /** Twice with every tile: the product and the sums, read. */
  async function run(gpu: Gpu, shape: MatmulShape) {
    const { a, b, left, right } = operands(gpu, shape)
    const results: ArrayLike<number>[][] = []
    const before = gpu.pool.ledger.now
    for (const tile of [...TILE_NAMES, ...TILE_NAMES]) {
      const out = guardedTensor(gpu, 'f32', [shape.rows, shape.cols])
      const sums = guardedTensor(gpu, 'f32', [shape.rows])
      matmul(gpu, { a: left, b: right, out, sums }, { ...shape, tile })
      results.push([await readGuarded(gpu, out), await readGuarded(gpu, sums)])
      release(gpu, out, sums)
    }
    expect(gpu.pool.ledger.now, 'scratch is given back').toBe(before)
    const plain = guardedTensor(gpu, 'f32', [shape.rows, shape.cols])
    matmul(gpu, { a: left, b: right, out: plain }, shape)
    const product = await readGuarded(gpu, plain)
    release(gpu, left, right, plain)
    return { a, b, results, product }
  }

  test.each([
    ...SIZES,
    [5, 3, 64],
    [3, 5, 2_051],
    [384, 65, 131],
    [40, 64, 1_100],
    [2, 1, 65_537],
  ] as typeof SIZES)('%i rows, %i columns, inner %i', async (rows, cols, inner) => {
    const gpu = await testGpu()
    const { a, results, product } = await run(gpu, { form: 'TN', rows, cols, inner })
    const { value, magnitude } = columnSumsReference(a, { rows: inner, cols: rows })
    const allowed = (r: number) => matmulTolerance(inner, magnitude[r]!)
    expect(worstRatio(results[0]![1]!, value, allowed)).toBeLessThanOrEqual(1)
    for (const result of results) expect(result).toEqual(results[0])
    expect(results[0]![0]).toEqual(product)
  })

  test('in row ranges of several submissions they have the same bits', async () => {
    const gpu = await testGpu()
    const shape = { form: 'TN', rows: 203, cols: 20, inner: 37 } as const
    const whole = await run(gpu, shape)
    Object.defineProperty(gpu, 'operationsPerSubmission', { value: 20 * 37 * 30, configurable: true })
    const split = await run(gpu, shape)
    Reflect.deleteProperty(gpu, 'operationsPerSubmission')
    expect(split.results).toEqual(whole.results)
  })

  test('an empty inner size gives zeros', async () => {
    const gpu = await testGpu()
    const nothing = createTensor(gpu, 'f32', [0], 'test')
    const [out, sums] = [guardedTensor(gpu, 'f32', [5, 3]), guardedTensor(gpu, 'f32', [5])]
    matmul(gpu, { a: nothing, b: nothing, out, sums }, { form: 'TN', rows: 5, cols: 3, inner: 0 })
    expect([...(await readGuarded(gpu, sums))]).toEqual([0, 0, 0, 0, 0])
    release(gpu, nothing, out, sums)
  })

  test('a NaN reaches its own sum only', async () => {
    const gpu = await testGpu()
    const a = randomValues(5 * 9, 1)
    a[2 * 5 + 3] = Number.NaN
    const left = upload(gpu, 'f32', a, { owner: 'test' })
    const right = upload(gpu, 'f32', randomValues(9 * 4, 2), { owner: 'test' })
    const [out, sums] = [guardedTensor(gpu, 'f32', [5, 4]), guardedTensor(gpu, 'f32', [5])]
    matmul(gpu, { a: left, b: right, out, sums }, { form: 'TN', rows: 5, cols: 4, inner: 9 })
    expect([...(await readGuarded(gpu, sums))].map(Number.isNaN)).toEqual([0, 0, 0, 1, 0].map(Boolean))
    release(gpu, left, right, out, sums)
  })

  test('are refused where an epilogue or another form leaves no place for them', async () => {
    const gpu = await testGpu()
    const shape = { form: 'NN', rows: 2, cols: 2, inner: 2 } as const
    const { left, right } = operands(gpu, shape)
    const [out, sums] = [guardedTensor(gpu, 'f32', [2, 2]), guardedTensor(gpu, 'f32', [2])]
    expect(() => matmul(gpu, { a: left, b: right, out, sums }, shape)).toThrow('sums beside')
    release(gpu, left, right, out, sums)
  })
})
