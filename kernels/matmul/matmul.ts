// Matrix products in the three forms that a linear layer and its gradients need.
import linearIndex from '../lib/linear-index.wgsl?raw'
import { assert } from '../runtime/errors.ts'
import { type Gpu, runsOnCpu } from '../runtime/gpu.ts'
import { defineKernel, foldGrid, launch } from '../runtime/kernel.ts'
import { rowRanges } from '../runtime/row-ranges.ts'
import { createTensor, release, type Tensor } from '../runtime/tensor.ts'
import sumSlicesSource from './sum-slices.wgsl?raw'
import { productKernel, type TileName } from './tiles.ts'

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
  /** How the work is cut. It changes no bit of the result; by default the adapter decides, by what was measured on it. */
  readonly tile?: TileName | undefined
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

/** Split-K aims at this many tiles, of 8 × 64 on CPU adapters and 64 × 64 on others, with slices no shorter than SLICE_MIN. */
const TILES_WANTED = 512
const SLICE_MIN = 512

const sumSlices = defineKernel({
  name: 'matmul/sum-slices',
  source: sumSlicesSource,
  libraries: [linearIndex],
  bindings: { partial: 'read', partialSums: 'read', out: 'write', sums: 'write' },
  params: { count: 'u32', sumCount: 'u32', slices: 'u32' },
  grid: ({ count, sumCount }) => foldGrid(Math.ceil((count + sumCount) / 64)),
  work: ({ count, sumCount, slices }) => (count + sumCount) * slices,
})

/** Inner indices per slice, a multiple of 4: depends on the shape and the kind of adapter only, so the bits do too. */
function sliceLength(gpu: Gpu, { form, rows, cols, inner }: MatmulShape): number {
  const whole = Math.max(4, Math.ceil(inner / 4) * 4)
  if (form !== 'TN') return whole
  const tileRows = runsOnCpu(gpu.adapter) ? (rows > 4 ? 8 : 4) : 64
  const tiles = Math.ceil(cols / 64) * Math.ceil(rows / tileRows)
  const slices = Math.min(Math.floor(inner / SLICE_MIN), Math.ceil(TILES_WANTED / tiles))
  return slices > 1 ? Math.ceil(inner / slices / 4) * 4 : whole
}

/** The flags of matmul-epilogue.wgsl. */
function epilogueOf({ bias, residual, preactivation, sums }: MatmulTensors): number {
  return (bias ? 1 : 0) + (residual ? 2 : 0) + (preactivation ? 4 : 0) + (sums ? 8 : 0)
}

/** Its GELU: none, exact, tanh, or their slopes. */
function geluOf({ slopeAt }: MatmulTensors, { gelu }: MatmulShape): number {
  if (!gelu) return 0
  return (gelu === 'exact' ? 1 : 2) + (slopeAt ? 2 : 0)
}

/** Distances in storage of neighbors along rows, columns and inner indices, as matmul.wgsl names them. */
function stridesOf({ form, rows, cols, inner }: MatmulShape) {
  const [aRow, aInner] = form === 'TN' ? [1, rows] : [inner, 1]
  const [bInner, bCol] = form === 'NT' ? [1, inner] : [cols, 1]
  return { aRow, aInner, bInner, bCol }
}

/** Encodes the product in row ranges that each fit a submission; ranges do not change any value. */
function launchByRows(gpu: Gpu, tensors: MatmulTensors, shape: MatmulShape, slice: number): void {
  const { rows, cols, inner } = shape
  const { a, b, out, bias = a, slopeAt = a, residual = slopeAt } = tensors
  const wanted = tensors.preactivation ?? tensors.sums
  const unused = wanted ? undefined : createTensor(gpu, 'f32', [1], 'scratch')
  const bindings = { a, b, bias, residual, out, second: wanted ?? unused! }
  const epilogue = epilogueOf(tensors)
  const slices = Math.ceil(inner / slice)
  const product = productKernel(gpu, shape, { gelu: geluOf(tensors, shape), slices })
  for (const range of rowRanges(gpu, { rows, tile: product.height, operationsPerRow: cols * inner })) {
    const params = { rows, cols, inner, slice, epilogue, ...range }
    if (product.reads === 'quads') launch(gpu, product.kernel, { ...bindings, aQuads: a, bQuads: b }, params)
    else launch(gpu, product.kernel, bindings, { ...params, ...stridesOf(shape) })
  }
  release(gpu, unused)
}

/**
 * out = gelu(A B + bias) + residual, or (A B) gelu'(slopeAt), for row-major f32 matrices; shapes by `form`, out, residual,
 * preactivation and slopeAt [rows, cols], bias [cols]. TN products with a long inner size are summed in slices (split-K), combined
 * in fixed order.
 */
export function matmul(gpu: Gpu, tensors: MatmulTensors, shape: MatmulShape): void {
  const { gelu, inner, form } = shape
  const { bias, residual, preactivation, slopeAt, sums } = tensors
  const isBare = !bias && !residual && !preactivation
  const plain = isBare && !gelu && !slopeAt
  assert(!slopeAt || (isBare && gelu), 'the slope of a GELU without other epilogues')
  assert(!sums || (plain && form === 'TN'), 'sums beside a TN product without epilogue')
  const slice = sliceLength(gpu, shape)
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
