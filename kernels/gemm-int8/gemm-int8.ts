// Product of 8-bit codes (per-token activations by per-channel weights) with bias, GELU and residual.
import blockProduct from '../lib/block-product.wgsl?raw'
import geluLibrary from '../lib/gelu.wgsl?raw'
import epilogueLibrary from '../lib/product-epilogue.wgsl?raw'
import {
  type Cut,
  epilogueConstants,
  type ProductTile,
  productTile,
  tileConstants,
  tileGrid,
} from '../lib/product-tile.ts'
import tileLibrary from '../lib/product-tile.wgsl?raw'
import { canShareRows } from '../lib/subgroups.ts'
import { assert } from '../runtime/errors.ts'
import { type Gpu, runsOnCpu } from '../runtime/gpu.ts'
import { defineKernel, launch } from '../runtime/kernel.ts'
import { rowRanges } from '../runtime/row-ranges.ts'
import type { Tensor } from '../runtime/tensor.ts'
import dotsSource from './gemm-int8.wgsl?raw'
import floatsSource from './gemm-int8-floats.wgsl?raw'
import rowLoads from './row-loads.wgsl?raw'
import rowLoadsSubgroups from './row-loads-subgroups.wgsl?raw'

export interface GemmInt8Tensors {
  readonly codesA: Tensor<'u32'>
  readonly scalesA: Tensor<'f32'>
  readonly codesW: Tensor<'u32'>
  readonly scalesW: Tensor<'f32'>
  readonly out: Tensor<'f32'>
  readonly bias?: Tensor<'f32'> | undefined
  readonly residual?: Tensor<'f32'> | undefined
}

export type GemmInt8Form = 'dots' | 'floats'

export interface GemmInt8Shape {
  readonly rows: number
  readonly cols: number
  readonly inner: number
  readonly gelu?: 'exact' | 'tanh' | undefined
  /** Packed dot products or float multiply-adds. It changes no bit of the result; by default the adapter decides. */
  readonly form?: GemmInt8Form | undefined
}

/** The integer sum is exact; its conversion, two scalings and two additions each round once: 5 u of the largest magnitude involved. */
export const GEMM_INT8_TOLERANCE = 5 * 2 ** -24

const DOTS_WIDTH = 16
const DOTS_TILE = 4

/** WGSL's name for `dot4I8Packed`, which not every browser has. */
const PACKED_DOT = 'packed_4x8_integer_dot_product'

/** Whether the browser's WGSL can run the form `dots`. */
export function hasPackedDot(gpu: Gpu): boolean {
  return gpu.languageFeatures.has(PACKED_DOT)
}

/** The key in `gpu.choices` of the form that was measured to be faster. */
export const GEMM_INT8_CHOICE = 'gemm-int8'
/** WGSL of both forms. */
export const gemmInt8Sources = [
  dotsSource,
  floatsSource,
  rowLoads,
  rowLoadsSubgroups,
  tileLibrary,
  epilogueLibrary,
  blockProduct,
  geluLibrary,
]

/** The forms that run here, the default first. */
export function gemmInt8Forms(gpu: Gpu): GemmInt8Form[] {
  if (!hasPackedDot(gpu)) return ['floats']
  return runsOnCpu(gpu.adapter) ? ['floats', 'dots'] : ['dots', 'floats']
}

/** Words of codes beyond which a sum could pass what f32 holds exactly: CHUNK of gemm-int8-floats.wgsl. */
const CHUNK_WORDS = 256

function dotsKernel(constants: Record<string, number>) {
  return defineKernel({
    name: 'gemm-int8/gemm-int8',
    source: dotsSource,
    libraries: [geluLibrary],
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
    constants: { ...constants, WIDTH: DOTS_WIDTH },
    grid: ({ rowCount, cols }) => [
      Math.ceil(cols / (DOTS_WIDTH * DOTS_TILE)),
      Math.ceil(rowCount / DOTS_TILE),
      1,
    ],
    work: ({ rowCount, cols, words }) => rowCount * cols * words * 4,
  })
}

function floatsKernel(gpu: Gpu, tile: ProductTile, constants: Record<string, number>) {
  const isShared = canShareRows(gpu)
  return defineKernel({
    name: 'gemm-int8/gemm-int8-floats',
    source: floatsSource,
    ...(isShared ? { enables: 'subgroups' as const } : {}),
    libraries: [
      isShared ? rowLoadsSubgroups : rowLoads,
      tileLibrary,
      epilogueLibrary,
      blockProduct,
      geluLibrary,
    ],
    bindings: {
      codesA: 'read',
      codesW: 'read',
      scalesA: 'read',
      scalesW: 'read',
      bias: 'read',
      residual: 'read',
      out: 'write',
    },
    params: { rows: 'u32', cols: 'u32', words: 'u32', firstRow: 'u32', rowCount: 'u32' },
    constants: { ...constants, ...tileConstants(tile) },
    grid: (params) => tileGrid(tile, params),
    work: ({ rowCount, cols, words }) => rowCount * cols * words * 4,
  })
}

/** On SwiftShader 16 columns per invocation are 1.2 times as fast as 8; lavapipe prefers 8. */
function floatsCut({ adapter }: Gpu): Cut {
  const isSwiftShader = adapter.architecture === 'swiftshader'
  return { rowBlocks: 4, colBlocks: isSwiftShader ? 4 : 2, width: isSwiftShader ? 4 : 8 }
}

/**
 * out = gelu(sA[r] sW[c] sum_k qA[r, k] qW[c, k] + bias[c]) + residual for codes as `quantizeRows` packs them:
 * codesA [rows, ceil(inner/4)], codesW [cols, ceil(inner/4)], scales per row of each, out and residual [rows, cols], bias [cols].
 * The sum is exact for inner <= 130,000. CPU adapters multiply floats: 1.7 to 2.9 times as fast there.
 * Reached on 2 cores, 128 x 384 x 1536: SwiftShader 8 GOP/s, lavapipe 42 GOP/s.
 */
export function gemmInt8(gpu: Gpu, tensors: GemmInt8Tensors, shape: GemmInt8Shape): void {
  const chosen = gpu.choices.get(GEMM_INT8_CHOICE) as GemmInt8Form | undefined
  const form = shape.form ?? chosen ?? gemmInt8Forms(gpu)[0]!
  assert(form === 'floats' || hasPackedDot(gpu), `a browser with ${PACKED_DOT}`)
  if (form === 'dots') multiplyByDots(gpu, tensors, shape)
  else multiplyByFloats(gpu, tensors, shape)
}

function multiplyByFloats(gpu: Gpu, tensors: GemmInt8Tensors, shape: GemmInt8Shape): void {
  const { rows, cols, inner, gelu } = shape
  const { codesA, scalesA, codesW, scalesW, out, bias = scalesW, residual = scalesW } = tensors
  const words = Math.ceil(inner / 4)
  const tile = productTile(floatsCut(gpu), rows)
  const kernel = floatsKernel(gpu, tile, {
    ...epilogueConstants(tensors, gelu),
    LONG: words > CHUNK_WORDS ? 1 : 0,
  })
  const bindings = { codesA, codesW, scalesA, scalesW, bias, residual, out }
  for (const range of rowRanges(gpu, { rows, tile: tile.rows, operationsPerRow: cols * inner }))
    launch(gpu, kernel, bindings, { rows, cols, words, ...range })
}

function multiplyByDots(gpu: Gpu, tensors: GemmInt8Tensors, shape: GemmInt8Shape): void {
  const { rows, cols, inner, gelu } = shape
  const { codesA, scalesA, codesW, scalesW, out, bias = scalesW, residual = scalesW } = tensors
  const words = Math.ceil(inner / 4)
  const kernel = dotsKernel({
    QUADS: words % 4 === 0 ? 1 : 0,
    ...epilogueConstants(tensors, gelu),
  })
  const bindings = { codesA, codesW, codesWQuads: codesW, scalesA, scalesW, bias, residual, out }
  for (const range of rowRanges(gpu, { rows, tile: DOTS_TILE, operationsPerRow: cols * inner }))
    launch(gpu, kernel, bindings, { rows, cols, words, ...range })
}
