// The product with 4-bit weights against f64: group sizes, epilogues, ragged sizes.
import { describe, expect, test } from 'vitest'
import type { Gpu } from '../runtime/gpu.ts'
import { read, release, type Tensor, upload } from '../runtime/tensor.ts'
import { guardedTensor, randomValues, readGuarded, testGpu } from '../runtime/testing.ts'
import { geluReference, gemmInt4Reference } from './gemm-int4.ref.ts'
import { gemmInt4, gemmInt4Tolerance } from './gemm-int4.ts'

interface Size {
  rows: number
  cols: number
  inner: number
  groupSize: number
}

/** Codes over the whole range -8..7 and their words; code 0 past the end. */
function weightsOf({ cols, inner, groupSize }: Size) {
  const groups = Math.ceil(inner / groupSize)
  const codes = Int8Array.from(randomValues(cols * inner, cols, 8), (x) => Math.floor(x))
  const words = new Uint32Array((cols * groups * groupSize) / 8).fill(0x88888888)
  codes.forEach((code, i) => {
    const k = i % inner
    const word = (Math.floor(i / inner) * groups * groupSize + k) >> 3
    const shift = (k % 8) * 4
    words[word] = (words[word]! & ~(15 << shift)) | ((code + 8) << shift)
  })
  return { codes, words, scales: randomValues(cols * groups, 6, 0.02).map((x) => Math.abs(x) + 1e-3) }
}

function operands(gpu: Gpu, size: Size) {
  const a = randomValues(size.rows * size.inner, size.rows)
  const { codes, words, scales } = weightsOf(size)
  const tensors = {
    a: upload(gpu, 'f32', a, { owner: 'test' }),
    codesW: upload(gpu, 'u32', words, { owner: 'test' }),
    scalesW: upload(gpu, 'f32', scales, { owner: 'test' }),
    out: guardedTensor(gpu, 'f32', [size.rows, size.cols]) as Tensor<'f32'>,
  }
  return { tensors, values: { a, codes, scales } }
}

describe.each([32, 64, 128])('groups of %i', (groupSize) => {
  test.each([
    [1, 1, 1],
    [1, 77, 33],
    [4, 65, 32],
    [5, 63, 130],
    [8, 64, 128],
    [9, 5, 31],
    [13, 66, 40],
    [17, 129, 96],
    [24, 31, 257],
    [67, 71, 73],
    [65_537, 3, 2],
  ])('%i x %i, inner %i', async (rows, cols, inner) => {
    const gpu = await testGpu()
    const size = { rows, cols, inner, groupSize }
    const { tensors, values } = operands(gpu, size)
    const again = guardedTensor(gpu, 'f32', [rows, cols])
    gemmInt4(gpu, tensors, size)
    gemmInt4(gpu, { ...tensors, out: again }, size)
    const { value, magnitude } = gemmInt4Reference(values, size)
    const actual = await readGuarded(gpu, tensors.out)
    const wrong = actual.findIndex(
      (x, i) => !(Math.abs(x - value[i]!) <= gemmInt4Tolerance(inner, magnitude[i]!)),
    )
    expect(wrong).toBe(-1)
    expect(await readGuarded(gpu, again)).toEqual(actual)
    release(gpu, again, ...Object.values(tensors))
  })
})

test.each([
  ['exact', 19],
  ['tanh', 19],
  [undefined, 19],
  ['exact', 45],
] as const)('bias, GELU %s and residual, %i rows', async (gelu, rows) => {
  const gpu = await testGpu()
  const size = { rows, cols: 37, inner: 50, groupSize: 32 }
  const { tensors, values } = operands(gpu, size)
  const bias = upload(gpu, 'f32', randomValues(37, 8, 4), { owner: 'test' })
  const residual = upload(gpu, 'f32', randomValues(rows * 37, 9), { owner: 'test' })
  gemmInt4(gpu, { ...tensors, bias, residual }, { ...size, gelu })
  const biases = await read(gpu, bias)
  const residuals = await read(gpu, residual)
  const actual = await readGuarded(gpu, tensors.out)
  const { value, magnitude } = gemmInt4Reference(values, size)
  const wrong = value.findIndex((sum, i) => {
    const z = sum + biases[i % 37]!
    const expected = (gelu ? geluReference(z, gelu) : z) + residuals[i]!
    const rounding = gemmInt4Tolerance(
      50,
      magnitude[i]! + Math.abs(biases[i % 37]!) + Math.abs(residuals[i]!),
    )
    // GELU stretches an error by at most 1.13 and adds its own, a millionth at these sizes.
    return !(Math.abs(actual[i]! - expected) <= (gelu ? 1.2 * rounding + 1e-6 : rounding))
  })
  expect(wrong).toBe(-1)
  release(gpu, bias, residual, ...Object.values(tensors))
})

test('the bits of a row do not depend on how many rows there are', async () => {
  const gpu = await testGpu()
  const size = { rows: 67, cols: 37, inner: 50, groupSize: 32, gelu: 'exact' } as const
  const { tensors } = operands(gpu, size)
  const bias = upload(gpu, 'f32', randomValues(37, 8, 4), { owner: 'test' })
  const few = guardedTensor(gpu, 'f32', [5, 37])
  gemmInt4(gpu, { ...tensors, bias }, size)
  gemmInt4(gpu, { ...tensors, bias, out: few }, { ...size, rows: 5 })
  expect(await readGuarded(gpu, few)).toEqual((await readGuarded(gpu, tensors.out)).slice(0, 5 * 37))
  release(gpu, bias, few, ...Object.values(tensors))
})

test('a product split over submissions has the bits of one dispatch', async () => {
  const gpu = await testGpu()
  const size = { rows: 70, cols: 20, inner: 40, groupSize: 32 }
  const { tensors } = operands(gpu, size)
  const split = guardedTensor(gpu, 'f32', [70, 20])
  gemmInt4(gpu, tensors, size)
  Object.defineProperty(gpu, 'operationsPerSubmission', { value: 20 * 40 * 20, configurable: true })
  gemmInt4(gpu, { ...tensors, out: split }, size)
  Reflect.deleteProperty(gpu, 'operationsPerSubmission')
  expect(await readGuarded(gpu, split)).toEqual(await readGuarded(gpu, tensors.out))
  release(gpu, split, ...Object.values(tensors))
})

test('a NaN activation reaches its own row only', async () => {
  const gpu = await testGpu()
  const size = { rows: 3, cols: 5, inner: 9, groupSize: 32 }
  const { tensors, values } = operands(gpu, size)
  const a = upload(
    gpu,
    'f32',
    values.a.map((x, i) => (i === 17 ? Number.NaN : x)),
    { owner: 'test' },
  )
  gemmInt4(gpu, { ...tensors, a }, size)
  const rows = [...(await readGuarded(gpu, tensors.out))].map(Number.isNaN)
  expect(rows).toEqual(Array.from({ length: 15 }, (_, i) => Math.floor(i / 5) === 1))
  release(gpu, a, ...Object.values(tensors))
})
