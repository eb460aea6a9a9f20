// Symmetric quantization to 8 bits per row and to 4 bits per group of columns, on the GPU; unpacking on the CPU.
import finiteLibrary from '../lib/finite.wgsl?raw'
import int8Codes from '../lib/int8-codes.wgsl?raw'
import linearIndex from '../lib/linear-index.wgsl?raw'
import { ROW_ALONE, sharersOf, withSharers } from '../lib/row-sharing.ts'
import { assert } from '../runtime/errors.ts'
import type { Gpu } from '../runtime/gpu.ts'
import { defineKernel, foldGrid, launch } from '../runtime/kernel.ts'
import { createTensor, release, type Tensor } from '../runtime/tensor.ts'
import dequantizeInt4Source from './dequantize-int4.wgsl?raw'
import dequantizeRowsSource from './dequantize-rows.wgsl?raw'
import packInt4Source from './pack-int4.wgsl?raw'
import quantizeRowsSource from './quantize-rows.wgsl?raw'
import sharedRowsSource from './quantize-shared-rows.wgsl?raw'
import rowMaximaSource from './row-maxima.wgsl?raw'
import rowQuads from './row-quads.wgsl?raw'

export interface MatrixSize {
  readonly rows: number
  readonly cols: number
}

export interface GroupedSize extends MatrixSize {
  /** Columns that share a scale; a multiple of 8. */
  readonly groupSize: number
}

/**
 * Relative error of a scale: WGSL allows a division 2.5 units in the last place. Codes are exact except where x / scale lies so
 * near a half that the same error decides, at |code| <= 127: within 127 * 5 * 2^-24 of it.
 */
export const SCALE_TOLERANCE = 2.5 * 2 ** -23
export const CODE_TIE_TOLERANCE = 127 * 5 * 2 ** -24 * 2

const WIDTH = 64
const PARTS = 8
const WORDS_PER_INVOCATION = 4

function invocations(count: number) {
  return foldGrid(Math.ceil(count / WIDTH))
}

/** Words that a row of 8-bit codes takes. */
export function int8Words(cols: number): number {
  return Math.ceil(cols / 4)
}

/** Groups that a row has; the last one may be partly filled. */
export function int4Groups({ cols, groupSize }: { cols: number; groupSize: number }): number {
  return Math.ceil(cols / groupSize)
}

function quadsConstant(cols: number) {
  return { QUADS: cols % 4 === 0 ? 1 : 0 }
}

const ROW_LIBRARIES = [rowQuads, linearIndex, int8Codes, finiteLibrary]

function rowMaxima(cols: number) {
  return defineKernel({
    name: 'quantize/row-maxima',
    source: rowMaximaSource,
    libraries: ROW_LIBRARIES,
    constants: quadsConstant(cols),
    bindings: { x: 'read', xQuads: 'read', maxima: 'write' },
    params: { rows: 'u32', cols: 'u32' },
    grid: ({ rows }) => invocations(rows * PARTS),
    work: ({ rows }) => rows * cols,
  })
}

function quantizeRowsKernel(cols: number) {
  return defineKernel({
    name: 'quantize/quantize-rows',
    source: quantizeRowsSource,
    libraries: ROW_LIBRARIES,
    constants: quadsConstant(cols),
    bindings: { x: 'read', xQuads: 'read', maxima: 'read', codes: 'write', scales: 'write' },
    params: { rows: 'u32', cols: 'u32' },
    grid: ({ rows }) => invocations(rows * Math.ceil(int8Words(cols) / WORDS_PER_INVOCATION)),
    work: ({ rows }) => rows * cols * 2,
  })
}

function sharedRowsKernel(cols: number) {
  return defineKernel({
    name: 'quantize/quantize-shared-rows',
    source: sharedRowsSource,
    libraries: [...ROW_LIBRARIES, ROW_ALONE],
    constants: quadsConstant(cols),
    bindings: { x: 'read', xQuads: 'read', codes: 'write', scales: 'write' },
    params: { rows: 'u32', cols: 'u32' },
    grid: ({ rows }) => invocations(rows),
    work: ({ rows }) => rows * cols * 3,
  })
}

/**
 * 8-bit codes of x [rows, cols] with one scale per row: scale = max|x| / 127, code = round_half_even(x / scale).
 * codes [rows, ceil(cols/4)] with the first column in the lowest byte and zeros past the end; scales [rows].
 * A row below 1e-35 throughout gets scale 1 and codes 0; one with a non-finite value gets a non-finite scale and codes 0.
 * Where `sharers` invocations share a row, one launch does it all; by default the adapter decides. The bits are the same.
 */
export function quantizeRows(
  gpu: Gpu,
  { x, codes, scales }: { x: Tensor<'f32'>; codes: Tensor<'u32'>; scales: Tensor<'f32'> },
  { rows, cols, sharers = sharersOf(gpu) }: MatrixSize & { readonly sharers?: number },
): void {
  const sizes = { rows, cols }
  if (sharers > 1) {
    launch(gpu, withSharers(sharedRowsKernel(cols), sharers), { x, xQuads: x, codes, scales }, sizes)
    return
  }
  const maxima = createTensor(gpu, 'u32', [rows, PARTS], 'scratch')
  launch(gpu, rowMaxima(cols), { x, xQuads: x, maxima }, sizes)
  launch(gpu, quantizeRowsKernel(cols), { x, xQuads: x, maxima, codes, scales }, sizes)
  release(gpu, maxima)
}

const dequantizeRowsKernel = defineKernel({
  name: 'quantize/dequantize-rows',
  source: dequantizeRowsSource,
  libraries: [linearIndex],
  bindings: { codes: 'read', scales: 'read', out: 'write' },
  params: { rows: 'u32', cols: 'u32' },
  grid: ({ rows, cols }) => invocations(rows * int8Words(cols)),
  work: ({ rows, cols }) => rows * cols,
})

/** out[r, c] = code * scale[r]: the inverse of `quantizeRows`, shapes as there. */
export function dequantizeRows(
  gpu: Gpu,
  tensors: { codes: Tensor<'u32'>; scales: Tensor<'f32'>; out: Tensor<'f32'> },
  { rows, cols }: MatrixSize,
): void {
  launch(gpu, dequantizeRowsKernel, tensors, { rows, cols })
}

const groupedParams = { rows: 'u32', cols: 'u32', groupSize: 'u32' } as const

const packInt4Kernel = defineKernel({
  name: 'quantize/pack-int4',
  source: packInt4Source,
  libraries: [linearIndex, finiteLibrary],
  bindings: { x: 'read', codes: 'write', scales: 'write' },
  params: groupedParams,
  grid: ({ rows, cols, groupSize }) => invocations(rows * int4Groups({ cols, groupSize })),
  work: ({ rows, cols }) => rows * cols * 2,
})

/**
 * 4-bit codes of x [rows, cols] with one scale per group of `groupSize` columns: scale = max|x| / 7, code = round_half_even(x / scale).
 * codes [rows, groups * groupSize / 8] hold code + 8, first column in the lowest nibble, code 0 past the end; scales [rows, groups].
 * Groups below 1e-35 or with non-finite values are treated as rows in `quantizeRows`.
 */
export function packInt4(
  gpu: Gpu,
  tensors: { x: Tensor<'f32'>; codes: Tensor<'u32'>; scales: Tensor<'f32'> },
  { rows, cols, groupSize }: GroupedSize,
): void {
  assert(groupSize % 8 === 0 && groupSize > 0, `a group size that is a multiple of 8, got ${groupSize}`)
  launch(gpu, packInt4Kernel, tensors, { rows, cols, groupSize })
}

const dequantizeInt4Kernel = defineKernel({
  name: 'quantize/dequantize-int4',
  source: dequantizeInt4Source,
  libraries: [linearIndex],
  bindings: { codes: 'read', scales: 'read', out: 'write' },
  params: groupedParams,
  grid: ({ rows, cols, groupSize }) => invocations((rows * int4Groups({ cols, groupSize }) * groupSize) / 8),
  work: ({ rows, cols }) => rows * cols,
})

/** out[r, c] = code * scale of its group: the inverse of `packInt4`, shapes as there. */
export function dequantizeInt4(
  gpu: Gpu,
  tensors: { codes: Tensor<'u32'>; scales: Tensor<'f32'>; out: Tensor<'f32'> },
  { rows, cols, groupSize }: GroupedSize,
): void {
  launch(gpu, dequantizeInt4Kernel, tensors, { rows, cols, groupSize })
}

/** Codes [rows, cols] of words that `quantizeRows` wrote. */
export function unpackInt8(words: Uint32Array, { rows, cols }: MatrixSize): Int8Array<ArrayBuffer> {
  const perRow = int8Words(cols)
  assert(words.length === rows * perRow, `${rows * perRow} words of codes, got ${words.length}`)
  const codes = new Int8Array(rows * cols)
  for (let r = 0; r < rows; r++)
    for (let c = 0; c < cols; c++) codes[r * cols + c] = words[r * perRow + (c >> 2)]! >>> ((c & 3) * 8)
  return codes
}

/** Codes [rows, cols] in -8..7 of words that `packInt4` wrote. */
export function unpackInt4(
  words: Uint32Array,
  { rows, cols, groupSize }: GroupedSize,
): Int8Array<ArrayBuffer> {
  const perRow = (int4Groups({ cols, groupSize }) * groupSize) / 8
  assert(words.length === rows * perRow, `${rows * perRow} words of codes, got ${words.length}`)
  const codes = new Int8Array(rows * cols)
  for (let r = 0; r < rows; r++)
    for (let c = 0; c < cols; c++)
      codes[r * cols + c] = ((words[r * perRow + (c >> 3)]! >>> ((c & 7) * 4)) & 15) - 8
  return codes
}
