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
import { defineKernel, launch, type ParamValues } from '../runtime/kernel.ts'
import { rowRanges } from '../runtime/row-ranges.ts'
import type { Tensor } from '../runtime/tensor.ts'
import dotsSource from './gemm-int8.wgsl?raw'
import bindingsSource from './gemm-int8-bindings.wgsl?raw'
import floatsSource from './gemm-int8-floats.wgsl?raw'
import workgroupsSource from './gemm-int8-workgroups.wgsl?raw'
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

/**
 * `workgroups` and `dots` take packed dot products, the former out of memory that a workgroup shares; `floats` takes multiply-adds of
 * floats.
 */
export type GemmInt8Form = 'workgroups' | 'dots' | 'floats'

export interface GemmInt8Shape {
  readonly rows: number
  readonly cols: number
  readonly inner: number
  readonly gelu?: 'exact' | 'tanh' | undefined
  /** It changes no bit of the result; by default the adapter decides. */
  readonly form?: GemmInt8Form | undefined
}

/** The integer sum is exact; its conversion, two scalings and two additions each round once: 5 u of the largest magnitude involved. */
export const GEMM_INT8_TOLERANCE = 5 * 2 ** -24

const WORKGROUP_ROWS = 32
const WORKGROUP_COLS = 64
const DOTS_WIDTH = 16
const DOTS_TILE = 4

/** WGSL's name for `dot4I8Packed`, which not every browser has. */
const PACKED_DOT = 'packed_4x8_integer_dot_product'

/** Whether the browser's WGSL can run other forms than `floats`. */
export function hasPackedDot(gpu: Gpu): boolean {
  return gpu.languageFeatures.has(PACKED_DOT)
}

/** The key in `gpu.choices` of the form that was measured to be faster. */
export const GEMM_INT8_CHOICE = 'gemm-int8'
/** WGSL of all forms. */
export const gemmInt8Sources = [
  dotsSource,
  workgroupsSource,
  floatsSource,
  bindingsSource,
  rowLoads,
  rowLoadsSubgroups,
  tileLibrary,
  epilogueLibrary,
  blockProduct,
  geluLibrary,
]

/** The forms to measure here, the default for many rows first. Barriers cost CPU adapters more than they save. */
export function gemmInt8Forms(gpu: Gpu): GemmInt8Form[] {
  if (!hasPackedDot(gpu)) return ['floats']
  return runsOnCpu(gpu.adapter) ? ['floats', 'dots'] : ['workgroups', 'dots', 'floats']
}

/** So few rows would leave most of a workgroup's memory empty. */
const FEW_ROWS = 8

function formOf(gpu: Gpu, { form, rows }: GemmInt8Shape): GemmInt8Form {
  const chosen = gpu.choices.get(GEMM_INT8_CHOICE) as GemmInt8Form | undefined
  const usual = chosen ?? gemmInt8Forms(gpu)[0]!
  return form ?? (usual === 'workgroups' && rows <= FEW_ROWS ? 'dots' : usual)
}

/** Words of codes beyond which a sum could pass what f32 holds exactly: CHUNK of gemm-int8-floats.wgsl. */
const CHUNK_WORDS = 256

/** What gemm-int8-bindings.wgsl binds, what all forms are told, and the work of a launch. */
const LAUNCH = {
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
  work: ({ rowCount, cols, words }: { rowCount: number; cols: number; words: number }) =>
    rowCount * cols * words * 4,
} as const
function workgroupsKernel(constants: Record<string, number>) {
  return defineKernel({
    name: 'gemm-int8/gemm-int8-workgroups',
    source: workgroupsSource,
    libraries: [bindingsSource, epilogueLibrary, blockProduct, geluLibrary],
    constants,
    grid: ({ rowCount, cols }) => [Math.ceil(cols / WORKGROUP_COLS), Math.ceil(rowCount / WORKGROUP_ROWS), 1],
    ...LAUNCH,
  })
}

function dotsKernel(constants: Record<string, number>) {
  return defineKernel({
    name: 'gemm-int8/gemm-int8',
    source: dotsSource,
    libraries: [bindingsSource, geluLibrary],
    constants: { ...constants, WIDTH: DOTS_WIDTH },
    grid: ({ rowCount, cols }) => [
      Math.ceil(cols / (DOTS_WIDTH * DOTS_TILE)),
      Math.ceil(rowCount / DOTS_TILE),
      1,
    ],
    ...LAUNCH,
  })
}

function floatsKernel(gpu: Gpu, tile: ProductTile, constants: Record<string, number>) {
  const isShared = canShareRows(gpu)
  return defineKernel({
    name: 'gemm-int8/gemm-int8-floats',
    source: floatsSource,
    ...(isShared ? { enables: 'subgroups' as const } : {}),
    libraries: [
      bindingsSource,
      isShared ? rowLoadsSubgroups : rowLoads,
      tileLibrary,
      epilogueLibrary,
      blockProduct,
      geluLibrary,
    ],
    constants: { ...constants, ...tileConstants(tile) },
    grid: (params) => tileGrid(tile, params),
    ...LAUNCH,
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
  const form = formOf(gpu, shape)
  assert(form === 'floats' || hasPackedDot(gpu), `a browser with ${PACKED_DOT}`)
  const { rows, cols, inner } = shape
  const words = Math.ceil(inner / 4)
  const { height, run } = PRODUCTS[form](gpu, tensors, { ...shape, words })
  for (const range of rowRanges(gpu, { rows, tile: height, operationsPerRow: cols * inner }))
    run({ rows, cols, words, ...range })
}

/** Rows of a workgroup of a form, and how it launches a range of rows. */
interface Product {
  readonly height: number
  readonly run: (params: ParamValues<typeof LAUNCH.params>) => void
}

const PRODUCTS: Record<
  GemmInt8Form,
  (gpu: Gpu, tensors: GemmInt8Tensors, shape: GemmInt8Shape & { words: number }) => Product
> = {
  workgroups(gpu, tensors, { gelu }) {
    const kernel = workgroupsKernel(epilogueConstants(tensors, gelu))
    const bindings = bindingsOf(tensors)
    return { height: WORKGROUP_ROWS, run: (params) => launch(gpu, kernel, bindings, params) }
  },
  dots(gpu, tensors, { words, gelu }) {
    const kernel = dotsKernel({ ...epilogueConstants(tensors, gelu), QUADS: words % 4 === 0 ? 1 : 0 })
    const bindings = bindingsOf(tensors)
    return { height: DOTS_TILE, run: (params) => launch(gpu, kernel, bindings, params) }
  },
  floats(gpu, tensors, { rows, words, gelu }) {
    const tile = productTile(floatsCut(gpu), rows)
    const isLong = words > CHUNK_WORDS
    const kernel = floatsKernel(gpu, tile, { ...epilogueConstants(tensors, gelu), LONG: isLong ? 1 : 0 })
    const bindings = bindingsOf(tensors)
    return { height: tile.rows, run: (params) => launch(gpu, kernel, bindings, params) }
  },
}

function bindingsOf(tensors: GemmInt8Tensors) {
  const { codesA, scalesA, codesW, scalesW, out, bias = scalesW, residual = scalesW } = tensors
  return { codesA, codesW, codesWQuads: codesW, scalesA, scalesW, bias, residual, out }
}
