// Matrix products in the three forms that a linear layer and its gradients need.
import geluLibrary from '../lib/gelu.wgsl?raw'
import linearIndex from '../lib/linear-index.wgsl?raw'
import { assert } from '../runtime/errors.ts'
import type { Gpu } from '../runtime/gpu.ts'
import { defineKernel, foldGrid, launch } from '../runtime/kernel.ts'
import { rowRanges } from '../runtime/row-ranges.ts'
import { createTensor, release, type Tensor } from '../runtime/tensor.ts'
import source from './matmul.wgsl?raw'
import largeSource from './matmul-large.wgsl?raw'
import largeBlocksSource from './matmul-large-blocks.wgsl?raw'
import rowSumsSource from './row-sums.wgsl?raw'
import sumSlicesSource from './sum-slices.wgsl?raw'

/** NN: A [rows, inner], B [inner, cols]. NT: A [rows, inner], B [cols, inner]. TN: A [inner, rows], B [inner, cols]. */
export type MatmulForm = 'NN' | 'NT' | 'TN'

export interface MatmulTensors {
  readonly a: Tensor<'f32'>
  readonly b: Tensor<'f32'>
  readonly out: Tensor<'f32'>
  readonly bias?: Tensor<'f32'> | undefined
  readonly residual?: Tensor<'f32'> | undefined
  /** Written with the value that GELU is applied to. */
  readonly preactivation?: Tensor<'f32'> | undefined
  /** With `gelu`, in place of the three above: out = (A B) gelu'(slopeAt), slopeAt [rows, cols]. */
  readonly slopeAt?: Tensor<'f32'> | undefined
  /** TN only, without any of the above: receives the sums of A over `inner` [rows], in fixed order. */
  readonly sums?: Tensor<'f32'> | undefined
}

export interface MatmulShape {
  readonly form: MatmulForm
  readonly rows: number
  readonly cols: number
  readonly inner: number
  readonly gelu?: 'exact' | 'tanh' | undefined
  /** How much one invocation computes. It changes no bit of the result; by default the adapter and the shape decide. */
  readonly tile?: 'small' | 'large' | undefined
}

const UNIT_ROUNDOFF = 2 ** -24

/**
 * Largest allowed error of one product of length `inner` whose absolute terms sum to `magnitude` = (|A||B|)[r, c].
 * The bound that always holds is inner * u * magnitude; rounding errors of a sum behave like a random walk, so 4 sqrt(inner) is
 * many standard deviations and still catches a lost term.
 */
export function matmulTolerance(inner: number, magnitude: number): number {
  return Math.min(4 * Math.sqrt(inner), Math.max(4, inner)) * UNIT_ROUNDOFF * magnitude + 1e-30
}

/** What one invocation computes. Widths are invocations of a workgroup, along the columns. */
interface Tile {
  readonly rows: 4 | 8 | 16
  readonly cols: 4 | 8
  readonly width: number
}

/** Split-K aims at this many tiles of the smaller form, with slices no shorter than SLICE_MIN. */
const TILES_WANTED = 512
const SLICE_MIN = 512

function matmulKernel(tile: Tile, constants: Record<string, number>) {
  const { width } = tile
  const libraries = [rowSumsSource, geluLibrary]
  const form =
    tile.cols === 8
      ? { name: 'matmul/matmul-large', source: largeSource, libraries: [largeBlocksSource, ...libraries] }
      : { name: 'matmul/matmul', source, libraries }
  const sizes: Record<string, number> =
    tile.cols === 8 ? { WIDTH: width } : { WIDTH: width, ROW_BLOCKS: tile.rows / 4 }
  return defineKernel({
    ...form,
    bindings: {
      a: 'read',
      b: 'read',
      aQuads: 'read',
      bQuads: 'read',
      bias: 'read',
      residual: 'read',
      out: 'write',
      second: 'write',
    },
    params: { rows: 'u32', cols: 'u32', inner: 'u32', firstRow: 'u32', rowCount: 'u32', slice: 'u32' },
    constants: { ...constants, ...sizes },
    grid: ({ rowCount, cols, inner, slice }) => [
      Math.ceil(cols / (tile.cols * width)),
      Math.ceil(rowCount / tile.rows),
      Math.max(1, Math.ceil(inner / slice)),
    ],
    work: ({ rowCount, cols, inner }) => rowCount * cols * inner,
  })
}

const sumSlices = defineKernel({
  name: 'matmul/sum-slices',
  source: sumSlicesSource,
  libraries: [linearIndex],
  bindings: { partial: 'read', partialSums: 'read', out: 'write', sums: 'write' },
  params: { count: 'u32', sumCount: 'u32', slices: 'u32' },
  grid: ({ count, sumCount }) => foldGrid(Math.ceil((count + sumCount) / 64)),
  work: ({ count, sumCount, slices }) => (count + sumCount) * slices,
})

/**
 * On SwiftShader a load takes as long as 12 multiply-adds, and the large tile is 1.4 times as fast; on lavapipe it gained nothing
 * that could be measured. Workgroups wider than 16 walk more rows of B at once than a CPU's first cache holds.
 */
function tileOf(gpu: Gpu, { rows, cols, tile }: MatmulShape): Tile {
  const prefersLarge = gpu.adapter.architecture === 'swiftshader' && rows > 8 && cols > 32
  const isLarge = tile ? tile === 'large' : prefersLarge
  return isLarge ? { rows: 16, cols: 8, width: 8 } : { rows: rows > 4 ? 8 : 4, cols: 4, width: 16 }
}

/** Inner indices per slice, a multiple of 4: depends on the shape only, so the bits do too. */
function sliceLength({ form, rows, cols, inner }: MatmulShape): number {
  const whole = Math.max(4, Math.ceil(inner / 4) * 4)
  if (form !== 'TN') return whole
  const tiles = Math.ceil(cols / 64) * Math.ceil(rows / (rows > 4 ? 8 : 4))
  const slices = Math.min(Math.floor(inner / SLICE_MIN), Math.ceil(TILES_WANTED / tiles))
  return slices > 1 ? Math.ceil(inner / slices / 4) * 4 : whole
}

function kernelFor(tile: Tile, tensors: MatmulTensors, { form, rows, cols, inner, gelu }: MatmulShape) {
  const aStride = form === 'TN' ? rows : inner
  const bStride = form === 'NT' ? inner : cols
  return matmulKernel(tile, {
    A_ACROSS: form === 'TN' ? 1 : 0,
    B_ACROSS: form === 'NT' ? 0 : 1,
    A_QUADS: aStride % 4 === 0 ? 1 : 0,
    B_QUADS: bStride % 4 === 0 ? 1 : 0,
    HAS_TAIL: inner % 4 === 0 ? 0 : 1,
    HAS_BIAS: tensors.bias ? 1 : 0,
    HAS_RESIDUAL: tensors.residual ? 1 : 0,
    HAS_PREACTIVATION: tensors.preactivation ? 1 : 0,
    HAS_SUMS: tensors.sums ? 1 : 0,
    GELU: gelu ? (gelu === 'exact' ? 1 : 2) + (tensors.slopeAt ? 2 : 0) : 0,
  })
}

/** Encodes the product in row ranges that each fit a submission; ranges do not change any value. */
function launchByRows(gpu: Gpu, tensors: MatmulTensors, shape: MatmulShape, slice: number): void {
  const { rows, cols, inner } = shape
  const tile = tileOf(gpu, shape)
  const kernel = kernelFor(tile, tensors, shape)
  const { a, b, out, bias = a, slopeAt = a, residual = slopeAt } = tensors
  const wanted = tensors.preactivation ?? tensors.sums
  const unused = wanted ? undefined : createTensor(gpu, 'f32', [1], 'scratch')
  const bindings = { a, b, aQuads: a, bQuads: b, bias, residual, out, second: wanted ?? unused! }
  for (const range of rowRanges(gpu, { rows, tile: tile.rows, operationsPerRow: cols * inner }))
    launch(gpu, kernel, bindings, { rows, cols, inner, slice, ...range })
  release(gpu, unused)
}

/**
 * out = gelu(A B + bias) + residual, or (A B) gelu'(slopeAt), for row-major f32 matrices; shapes by `form`, out, residual,
 * preactivation and slopeAt [rows, cols], bias [cols]. TN products with a long inner size are summed in slices (split-K), combined
 * in fixed order.
 * Reached on lavapipe, 2 cores, 1024 tokens, 384 <-> 1152 and 384 <-> 1536: NT 14, NN 12 to 15, TN 13 to 15 GFLOP/s.
 */
export function matmul(gpu: Gpu, tensors: MatmulTensors, shape: MatmulShape): void {
  const { gelu, inner, form } = shape
  const { bias, residual, preactivation, slopeAt, sums } = tensors
  const isBare = !bias && !residual && !preactivation
  const plain = isBare && !gelu && !slopeAt
  assert(!slopeAt || (isBare && gelu), 'the slope of a GELU without other epilogues')
  assert(!sums || (plain && form === 'TN'), 'sums beside a TN product without epilogue')
  const slice = sliceLength(shape)
  const slices = Math.ceil(inner / slice)
  if (slices > 1 && plain) matmulInSlices(gpu, tensors, shape, { slice, slices })
  else launchByRows(gpu, tensors, shape, Math.max(4, Math.ceil(inner / 4) * 4))
}

function matmulInSlices(
  gpu: Gpu,
  { a, b, out, sums }: MatmulTensors,
  shape: MatmulShape,
  { slice, slices }: { slice: number; slices: number },
): void {
  const { rows, cols } = shape
  const scratch = (...sizes: number[]) => createTensor(gpu, 'f32', sizes, 'scratch')
  const partial = scratch(slices, rows, cols)
  const partialSums = sums && scratch(slices, rows)
  const unused = sums ? undefined : scratch(1)
  launchByRows(gpu, { a, b, out: partial, sums: partialSums }, shape, slice)
  launch(
    gpu,
    sumSlices,
    { partial, partialSums: partialSums ?? partial, out, sums: sums ?? unused! },
    { count: rows * cols, sumCount: sums ? rows : 0, slices },
  )
  release(gpu, partial, partialSums, unused)
}
