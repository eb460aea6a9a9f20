// Codes and scales against f64, ties, degenerate rows, padding and round trips.
import { describe, expect, test } from 'vitest'
import { possibleSharers } from '../lib/row-sharing.ts'
import type { Gpu } from '../runtime/gpu.ts'
import { read, release, type Tensor, upload } from '../runtime/tensor.ts'
import { guardedTensor, randomValues, readGuarded, testGpu } from '../runtime/testing.ts'
import { type Quantized, quantizeReference, roundHalfEven } from './quantize.ref.ts'
import {
  CODE_TIE_TOLERANCE,
  dequantizeInt4,
  dequantizeRows,
  int4Groups,
  int8Words,
  packInt4,
  quantizeRows,
  SCALE_TOLERANCE,
  unpackInt4,
  unpackInt8,
} from './quantize.ts'

const SIZES: [rows: number, cols: number][] = [
  [1, 1],
  [1, 64],
  [3, 7],
  [16, 31],
  [17, 33],
  [5, 127],
  [9, 260],
  [65_537, 3],
]

function int8Outputs(gpu: Gpu, rows: number, cols: number) {
  return {
    codes: guardedTensor(gpu, 'u32', [rows, int8Words(cols)]),
    scales: guardedTensor(gpu, 'f32', [rows]),
  }
}

function int4Outputs(gpu: Gpu, size: { rows: number; cols: number; groupSize: number }) {
  const groups = int4Groups(size)
  return {
    codes: guardedTensor(gpu, 'u32', [size.rows, (groups * size.groupSize) / 8]),
    scales: guardedTensor(gpu, 'f32', [size.rows, groups]),
  }
}

function expectScales(actual: Float32Array, { scales }: Quantized) {
  const wrong = actual.findIndex((scale, i) => !(Math.abs(scale / scales[i]! - 1) <= SCALE_TOLERANCE))
  expect(wrong).toBe(-1)
}

/** Every code equals the rounded quotient, or is its other neighbor where the quotient is a half within the tolerance. */
function expectCodes(actual: Int8Array, { quotients }: Quantized) {
  const wrong = actual.findIndex((code, i) => {
    const quotient = quotients[i]!
    const tie = Math.abs(Math.abs(quotient - Math.floor(quotient)) - 0.5) <= CODE_TIE_TOLERANCE
    return !(code === roundHalfEven(quotient) || (tie && Math.abs(code - quotient) < 0.51))
  })
  expect(wrong).toBe(-1)
}

function expectBits(actual: Float32Array, codes: Int8Array, scaleAt: (i: number) => number) {
  expect(actual).toEqual(Float32Array.from(codes, (code, i) => Math.fround(code * scaleAt(i))))
}

describe.each(possibleSharers(await testGpu()))('8 bits per row, which %i invocations share', (sharers) => {
  test.each(SIZES)('%i x %i', async (rows, cols) => {
    const gpu = await testGpu()
    const values = randomValues(rows * cols, cols, 3)
    const x = upload(gpu, 'f32', values, { owner: 'test' })
    const first = int8Outputs(gpu, rows, cols)
    const second = int8Outputs(gpu, rows, cols)
    quantizeRows(gpu, { x, ...first }, { rows, cols, sharers })
    quantizeRows(gpu, { x, ...second }, { rows, cols, sharers })
    const words = await readGuarded(gpu, first.codes)
    const scales = await readGuarded(gpu, first.scales)
    const expected = quantizeReference(values, { rows, cols, group: cols, levels: 127 })
    const codes = unpackInt8(words, { rows, cols })
    expectScales(scales, expected)
    expectCodes(codes, expected)
    expect(await readGuarded(gpu, second.codes)).toEqual(words)
    expect(await readGuarded(gpu, second.scales)).toEqual(scales)
    const out = guardedTensor(gpu, 'f32', [rows, cols])
    dequantizeRows(gpu, { codes: first.codes, scales: first.scales, out }, { rows, cols })
    expectBits(await readGuarded(gpu, out), codes, (i) => scales[Math.floor(i / cols)]!)
    release(gpu, x, out, ...Object.values(first), ...Object.values(second))
  })

  test('halves go to even, padding is zero', async () => {
    const gpu = await testGpu()
    const x = upload(gpu, 'f32', Float32Array.of(127, 0.5, 1.5, -2.5, -0.5, -127), { owner: 'test' })
    const outputs = int8Outputs(gpu, 1, 6)
    quantizeRows(gpu, { x, ...outputs }, { rows: 1, cols: 6, sharers })
    const words = await readGuarded(gpu, outputs.codes)
    expect([...unpackInt8(words, { rows: 1, cols: 8 })]).toEqual([127, 0, 2, -2, 0, -127, 0, 0])
    release(gpu, x, ...Object.values(outputs))
  })

  test('rows of zeros and of subnormals get scale 1; infinity and NaN reach the scale', async () => {
    const gpu = await testGpu()
    const { NaN: nan, POSITIVE_INFINITY: infinity } = Number
    const x = upload(gpu, 'f32', Float32Array.of(0, 0, 1e-40, -1e-39, 1, nan, -infinity, 2), {
      owner: 'test',
    })
    const outputs = int8Outputs(gpu, 4, 2)
    quantizeRows(gpu, { x, ...outputs }, { rows: 4, cols: 2, sharers })
    expect([...(await readGuarded(gpu, outputs.codes))]).toEqual([0, 0, 0, 0])
    const scales = [...(await readGuarded(gpu, outputs.scales))]
    expect(scales.slice(0, 2)).toEqual([1, 1])
    expect(scales.slice(2).map(Number.isFinite)).toEqual([false, false])
    release(gpu, x, ...Object.values(outputs))
  })
})

describe.each([32, 64, 128])('4 bits per group of %i', (groupSize) => {
  test.each(SIZES)('%i x %i', async (rows, cols) => {
    const gpu = await testGpu()
    const size = { rows, cols, groupSize }
    const values = randomValues(rows * cols, cols, 3)
    const x: Tensor<'f32'> = upload(gpu, 'f32', values, { owner: 'test' })
    const first = int4Outputs(gpu, size)
    const second = int4Outputs(gpu, size)
    packInt4(gpu, { x, ...first }, size)
    packInt4(gpu, { x, ...second }, size)
    const words = await readGuarded(gpu, first.codes)
    const scales = await readGuarded(gpu, first.scales)
    const expected = quantizeReference(values, { rows, cols, group: groupSize, levels: 7 })
    const codes = unpackInt4(words, size)
    expectScales(scales, expected)
    expectCodes(codes, expected)
    expect(await readGuarded(gpu, second.codes)).toEqual(words)
    const padded = int4Groups(size) * groupSize
    const all = unpackInt4(words, { rows, cols: padded, groupSize })
    expect(all.every((code, i) => i % padded < cols || code === 0)).toBe(true)
    const out = guardedTensor(gpu, 'f32', [rows, cols])
    dequantizeInt4(gpu, { codes: first.codes, scales: first.scales, out }, size)
    const groups = int4Groups(size)
    expectBits(await readGuarded(gpu, out), codes, (i) => {
      return scales[Math.floor(i / cols) * groups + Math.floor((i % cols) / groupSize)]!
    })
    release(gpu, x, out, ...Object.values(first), ...Object.values(second))
  })
})

test('a group of zeros gets scale 1 and codes 0, NaN reaches the scale', async () => {
  const gpu = await testGpu()
  const size = { rows: 2, cols: 8, groupSize: 8 }
  const values = new Float32Array(16)
  values[9] = Number.NaN
  const x = upload(gpu, 'f32', values, { owner: 'test' })
  const outputs = int4Outputs(gpu, size)
  packInt4(gpu, { x, ...outputs }, size)
  expect([...(await read(gpu, outputs.codes))]).toEqual([0x88888888, 0x88888888])
  const scales = [...(await readGuarded(gpu, outputs.scales))]
  expect(scales[0]).toBe(1)
  expect(Number.isNaN(scales[1])).toBe(true)
  release(gpu, x, ...Object.values(outputs))
})
