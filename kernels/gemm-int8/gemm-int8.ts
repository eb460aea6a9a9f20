// Product of 8-bit codes (per-token activations by per-channel weights) with bias, GELU and residual.
import dotLibrary from '../lib/dot4-i8.wgsl?raw'
import geluLibrary from '../lib/gelu.wgsl?raw'
import type { Gpu } from '../runtime/gpu.ts'
import { defineKernel, launch } from '../runtime/kernel.ts'
import { rowRanges } from '../runtime/row-ranges.ts'
import type { Tensor } from '../runtime/tensor.ts'
import source from './gemm-int8.wgsl?raw'

export interface GemmInt8Tensors {
  readonly codesA: Tensor<'u32'>
  readonly scalesA: Tensor<'f32'>
  readonly codesW: Tensor<'u32'>
  readonly scalesW: Tensor<'f32'>
  readonly out: Tensor<'f32'>
  readonly bias?: Tensor<'f32'> | undefined
  readonly residual?: Tensor<'f32'> | undefined
}

export interface GemmInt8Shape {
  readonly rows: number
  readonly cols: number
  readonly inner: number
  readonly gelu?: 'exact' | 'tanh' | undefined
}

/** The integer sum is exact; its conversion, two scalings and two additions each round once: 5 u of the largest magnitude involved. */
export const GEMM_INT8_TOLERANCE = 5 * 2 ** -24

const WIDTH = 16
const TILE_ROWS = 4
const COLS_PER_GROUP = WIDTH * 4

/** WGSL's name for `dot4I8Packed`, which not every browser has. */
const PACKED_DOT = 'packed_4x8_integer_dot_product'

function gemmKernel(gpu: Gpu, constants: Record<string, number>) {
  return defineKernel({
    name: 'gemm-int8/gemm-int8',
    source,
    libraries: gpu.languageFeatures.has(PACKED_DOT) ? [geluLibrary] : [geluLibrary, dotLibrary],
    bindings: {
      codesA: 'read',
      codesW: 'read',
      codesWQuads: 'read',
      scalesA: 'read',
      scalesW: 'read',
      bias: 'read',
      residual: 'read',
      out: 'write',
    },
    params: { rows: 'u32', cols: 'u32', words: 'u32', firstRow: 'u32', rowCount: 'u32' },
    constants: { ...constants, WIDTH },
    grid: ({ rowCount, cols }) => [Math.ceil(cols / COLS_PER_GROUP), Math.ceil(rowCount / TILE_ROWS), 1],
    work: ({ rowCount, cols, words }) => rowCount * cols * words * 4,
  })
}

/**
 * out = gelu(sA[r] sW[c] sum_k qA[r, k] qW[c, k] + bias[c]) + residual for codes as `quantizeRows` packs them:
 * codesA [rows, ceil(inner/4)], codesW [cols, ceil(inner/4)], scales per row of each, out and residual [rows, cols], bias [cols].
 * The sum is exact for inner <= 130,000. Reached on lavapipe, 2 cores, 1024 x 384 x 1536: 24 GOP/s.
 */
export function gemmInt8(gpu: Gpu, tensors: GemmInt8Tensors, shape: GemmInt8Shape): void {
  const { rows, cols, inner, gelu } = shape
  const { codesA, scalesA, codesW, scalesW, out } = tensors
  const words = Math.ceil(inner / 4)
  const kernel = gemmKernel(gpu, {
    QUADS: words % 4 === 0 ? 1 : 0,
    HAS_BIAS: tensors.bias ? 1 : 0,
    HAS_RESIDUAL: tensors.residual ? 1 : 0,
    GELU: gelu === 'exact' ? 1 : gelu === 'tanh' ? 2 : 0,
  })
  const { bias = scalesW, residual = scalesW } = tensors
  const bindings = { codesA, codesW, codesWQuads: codesW, scalesA, scalesW, bias, residual, out }
  for (const range of rowRanges(gpu, { rows, tile: TILE_ROWS, operationsPerRow: cols * inner }))
    launch(gpu, kernel, bindings, { rows, cols, words, ...range })
}
