// The 8-bit product: exact integers, scales, epilogues, ragged sizes.
import { expect, test } from 'vitest'
import type { Gpu } from '../runtime/gpu.ts'
import { read, release, type Tensor, upload } from '../runtime/tensor.ts'
import {
  guardedTensor,
  randomValues,
  readGuarded,
  testGpu,
  testGpuWithoutExtensions,
} from '../runtime/testing.ts'
import { geluReference, gemmInt8Reference } from './gemm-int8.ref.ts'
import { GEMM_INT8_TOLERANCE, gemmInt8 } from './gemm-int8.ts'

interface Size {
  rows: number
  cols: number
  inner: number
}

/** Codes in -127..127 and their words, padded with zero bytes. */
function codesOf(rows: number, inner: number, seed: number) {
  const codes = Int8Array.from(randomValues(rows * inner, seed, 127.99))
  const perRow = Math.ceil(inner / 4) * 4
  const padded = new Int8Array(rows * perRow)
  for (let r = 0; r < rows; r++) padded.set(codes.subarray(r * inner, (r + 1) * inner), r * perRow)
  return { codes, words: new Uint32Array(padded.buffer) }
}

function operands(
  gpu: Gpu,
  { rows, cols, inner }: Size,
  scale: (count: number, seed: number) => Float32Array<ArrayBuffer>,
) {
  const a = codesOf(rows, inner, rows + 3)
  const w = codesOf(cols, inner, cols + 5)
  const scalesA = scale(rows, 1)
  const scalesW = scale(cols, 2)
  const tensors = {
    codesA: upload(gpu, 'u32', a.words, { owner: 'test' }),
    codesW: upload(gpu, 'u32', w.words, { owner: 'test' }),
    scalesA: upload(gpu, 'f32', scalesA, { owner: 'test' }),
    scalesW: upload(gpu, 'f32', scalesW, { owner: 'test' }),
    out: guardedTensor(gpu, 'f32', [rows, cols]) as Tensor<'f32'>,
  }
  return { tensors, values: { codesA: a.codes, codesW: w.codes, scalesA, scalesW } }
}

const ones = (count: number) => new Float32Array(count).fill(1)
const positive = (count: number, seed: number) =>
  randomValues(count, seed, 0.01).map((x) => Math.abs(x) + 1e-3)

test.each([
  [1, 1, 1],
  [1, 77, 13],
  [3, 64, 16],
  [4, 65, 31],
  [5, 63, 33],
  [8, 127, 64],
  [9, 5, 127],
  [16, 33, 1024],
  [17, 129, 48],
  [21, 40, 1025],
  [33, 18, 3072],
  [67, 71, 73],
  [65_537, 3, 5],
])('sums of %i x %i, inner %i are exact and repeat', async (rows, cols, inner) => {
  const gpu = await testGpu()
  const size = { rows, cols, inner }
  const { tensors, values } = operands(gpu, size, ones)
  const again = guardedTensor(gpu, 'f32', [rows, cols])
  gemmInt8(gpu, tensors, size)
  gemmInt8(gpu, { ...tensors, out: again }, size)
  const actual = await readGuarded(gpu, tensors.out)
  expect(actual).toEqual(Float32Array.from(gemmInt8Reference(values, size)))
  expect(await readGuarded(gpu, again)).toEqual(actual)
  release(gpu, again, ...Object.values(tensors))
})

test.each([
  [1, 130, 51],
  [12, 65, 1100],
  [24, 129, 51],
  [130, 67, 71],
])(
  'packed dot products, also out of shared memory, and float multiply-adds of %i x %i, inner %i have the same bits',
  async (rows, cols, inner) => {
    const gpu = await testGpu()
    const size = { rows, cols, inner }
    const { tensors } = operands(gpu, size, positive)
    const bias = upload(gpu, 'f32', randomValues(cols, 8), { owner: 'test' })
    const residual = upload(gpu, 'f32', randomValues(rows * cols, 9), { owner: 'test' })
    const results = []
    for (const form of ['dots', 'workgroups', 'floats'] as const) {
      const out = guardedTensor(gpu, 'f32', [rows, cols])
      gemmInt8(gpu, { ...tensors, bias, residual, out }, { ...size, form })
      results.push(await readGuarded(gpu, out))
      release(gpu, out)
    }
    expect(results[1]).toEqual(results[0])
    expect(results[2]).toEqual(results[0])
    release(gpu, bias, residual, ...Object.values(tensors))
  },
)

test('a browser without packed dot products gets the same bits', async () => {
  const size = { rows: 17, cols: 129, inner: 51 }
  const results = []
  for (const gpu of [await testGpu(), await testGpuWithoutExtensions()]) {
    const { tensors } = operands(gpu, size, positive)
    gemmInt8(gpu, tensors, size)
    results.push(await readGuarded(gpu, tensors.out))
    release(gpu, ...Object.values(tensors))
  }
  expect(results[1]).toEqual(results[0])
  const gpu = await testGpuWithoutExtensions()
  const { tensors } = operands(gpu, size, positive)
  expect(() => gemmInt8(gpu, tensors, { ...size, form: 'dots' })).toThrow('integer_dot_product')
  release(gpu, ...Object.values(tensors))
})

test.each([1, 6])('the largest codes of %i rows do not overflow', async (rows) => {
  const gpu = await testGpu()
  const size = { rows, cols: 2, inner: 4096 }
  const words = (code: number, count: number) =>
    new Uint32Array(new Int8Array(size.inner * count).fill(code).buffer)
  const tensors = {
    codesA: upload(gpu, 'u32', words(-127, rows), { owner: 'test' }),
    codesW: upload(gpu, 'u32', words(-127, 2), { owner: 'test' }),
    scalesA: upload(gpu, 'f32', ones(rows), { owner: 'test' }),
    scalesW: upload(gpu, 'f32', Float32Array.of(1, 2), { owner: 'test' }),
    out: guardedTensor(gpu, 'f32', [rows, 2]) as Tensor<'f32'>,
  }
  gemmInt8(gpu, tensors, size)
  const sum = Math.fround(127 * 127 * 4096)
  expect([...(await readGuarded(gpu, tensors.out))]).toEqual(
    Array(rows)
      .fill([sum, 2 * sum])
      .flat(),
  )
  release(gpu, ...Object.values(tensors))
})

test.each(['exact', 'tanh', undefined] as const)('scales, bias, GELU %s and residual', async (gelu) => {
  const gpu = await testGpu()
  const size = { rows: 19, cols: 37, inner: 50 }
  const { tensors, values } = operands(gpu, size, positive)
  const bias = upload(gpu, 'f32', randomValues(37, 8), { owner: 'test' })
  const residual = upload(gpu, 'f32', randomValues(19 * 37, 9), { owner: 'test' })
  gemmInt8(gpu, { ...tensors, bias, residual }, { ...size, gelu })
  const biases = await read(gpu, bias)
  const residuals = await read(gpu, residual)
  const actual = await readGuarded(gpu, tensors.out)
  const wrong = gemmInt8Reference(values, size).findIndex((sum, i) => {
    const z = sum + biases[i % 37]!
    const expected = (gelu ? geluReference(z, gelu) : z) + residuals[i]!
    const magnitude = Math.abs(sum) + Math.abs(biases[i % 37]!) + Math.abs(residuals[i]!)
    // GELU stretches an error by at most 1.13 and adds its own, a millionth at these sizes.
    const allowed = gelu
      ? 1.2 * GEMM_INT8_TOLERANCE * magnitude + 1e-6 * Math.max(1, Math.abs(z))
      : GEMM_INT8_TOLERANCE * magnitude
    return !(Math.abs(actual[i]! - expected) <= allowed)
  })
  expect(wrong).toBe(-1)
  release(gpu, bias, residual, ...Object.values(tensors))
})

test('a product split over submissions has the bits of one dispatch', async () => {
  const gpu = await testGpu()
  const size = { rows: 70, cols: 20, inner: 12 }
  const { tensors } = operands(gpu, size, positive)
  const split = guardedTensor(gpu, 'f32', [70, 20])
  gemmInt8(gpu, tensors, size)
  Object.defineProperty(gpu, 'operationsPerSubmission', { value: 20 * 12 * 20, configurable: true })
  gemmInt8(gpu, { ...tensors, out: split }, size)
  Reflect.deleteProperty(gpu, 'operationsPerSubmission')
  expect(await readGuarded(gpu, split)).toEqual(await readGuarded(gpu, tensors.out))
  release(gpu, split, ...Object.values(tensors))
})

test('a NaN scale reaches its own row only', async () => {
  const gpu = await testGpu()
  const size = { rows: 3, cols: 5, inner: 9 }
  const { tensors } = operands(gpu, size, positive)
  const scalesA = upload(gpu, 'f32', Float32Array.of(1, Number.NaN, 1), { owner: 'test' })
  gemmInt8(gpu, { ...tensors, scalesA }, size)
  const rows = [...(await readGuarded(gpu, tensors.out))].map(Number.isNaN)
  expect(rows).toEqual(Array.from({ length: 15 }, (_, i) => Math.floor(i / 5) === 1))
  release(gpu, scalesA, ...Object.values(tensors))
})
