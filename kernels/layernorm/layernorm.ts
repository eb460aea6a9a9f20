// Layer normalization, forward and backward.
import finiteLibrary from '../lib/finite.wgsl?raw'
import int8Codes from '../lib/int8-codes.wgsl?raw'
import { FOUR_LANES, lanesOf, SINGLE_LANE, withLanes } from '../lib/lanes.ts'
import linearIndex from '../lib/linear-index.wgsl?raw'
import { ROW_ALONE, sharersOf, withSharers } from '../lib/row-sharing.ts'
import { assert } from '../runtime/errors.ts'
import type { Gpu } from '../runtime/gpu.ts'
import { defineKernel, foldGrid, launch } from '../runtime/kernel.ts'
import { createTensor, release, type Tensor } from '../runtime/tensor.ts'
import source from './layernorm.wgsl?raw'
import gradSource from './layernorm-grad.wgsl?raw'
import int8Source from './layernorm-int8.wgsl?raw'
import statistics from './row-statistics.wgsl?raw'
import foldSource from './scale-grad-fold.wgsl?raw'

/**
 * Error allowed of the output and of gradX, as a multiple of the row's largest |value|: two sums over the row (rounding
 * errors of either sign: 2 sqrt(cols) units), a square root and four products.
 */
export function layerNormTolerance(cols: number): number {
  return (16 + 2 * Math.sqrt(cols)) * 2 ** -24
}

/** Error allowed of gradGamma and gradBeta, relative to the sum of absolute terms over `rows`. */
export function scaleGradTolerance(rows: number): number {
  return (16 + 2 * Math.sqrt(rows)) * 2 ** -24
}

const WIDTH = 32
/** Rows per invocation of the forward pass, or per invocations that share them. */
const ROWS = 2
const MOST_SLICES = 64
const ROWS_PER_SLICE = 16

export const layerNormKernel = defineKernel({
  name: 'layernorm/layernorm',
  source,
  libraries: [SINGLE_LANE, statistics, linearIndex, ROW_ALONE],
  bindings: { x: 'read', gamma: 'read', beta: 'read', out: 'write', stats: 'write' },
  params: { rows: 'u32', cols: 'u32', epsilon: 'f32' },
  grid: ({ rows }) => foldGrid(Math.ceil(rows / ROWS / WIDTH)),
  work: ({ rows, cols }) => 10 * rows * cols,
})

export const layerNormInt8Kernel = defineKernel({
  ...layerNormKernel,
  name: 'layernorm/layernorm-int8',
  source: int8Source,
  libraries: [FOUR_LANES, statistics, int8Codes, finiteLibrary, linearIndex, ROW_ALONE],
  bindings: { ...layerNormKernel.bindings, codes: 'write', scales: 'write' },
  work: ({ rows, cols }) => 14 * rows * cols,
})

export const layerNormGradKernel = defineKernel({
  name: 'layernorm/layernorm-grad',
  source: gradSource,
  libraries: [SINGLE_LANE, linearIndex, ROW_ALONE],
  bindings: {
    x: 'read',
    stats: 'read',
    gamma: 'read',
    grad_out: 'read',
    residual_grad: 'read',
    grad_x: 'write',
    partials: 'write',
  },
  params: { rows: 'u32', cols: 'u32', slices: 'u32' },
  grid: ({ rows, cols, slices }) =>
    foldGrid(Math.ceil(rows / WIDTH) + Math.ceil((slices * cols) / lanesOf(cols) / WIDTH)),
  work: ({ rows, cols }) => 24 * rows * cols,
})

export const scaleGradFoldKernel = defineKernel({
  name: 'layernorm/scale-grad-fold',
  source: foldSource,
  libraries: [SINGLE_LANE, ROW_ALONE],
  bindings: { partials: 'read', grad_gamma: 'write', grad_beta: 'write' },
  params: { slices: 'u32', units: 'u32' },
  grid: ({ units }) => [Math.ceil(units / WIDTH), 1, 1],
  work: ({ slices, units }) => 16 * slices * units,
})

type F32 = Tensor<'f32'>

interface Sizes {
  readonly rows: number
  readonly cols: number
  /** Invocations that share a row, or a sum over rows; by default the adapter decides. */
  readonly sharers?: number
}

/**
 * out = (x - mean) / sqrt(variance + epsilon) * gamma + beta, per row (biased variance).
 * x, out [rows, cols]; gamma, beta [cols]; stats [rows, 2] receives mean and 1 / standard deviation for the backward pass.
 */
export function layerNorm(
  gpu: Gpu,
  tensors: { x: F32; gamma: F32; beta: F32; out: F32; stats: F32 },
  { rows, cols, epsilon, sharers = sharersOf(gpu) }: Sizes & { epsilon: number },
): void {
  launch(gpu, withSharers(withLanes(layerNormKernel, cols), sharers), tensors, { rows, cols, epsilon })
}

/** Whether `layerNormInt8` takes rows of so many elements. */
export const suitsLayerNormInt8 = (cols: number): boolean => lanesOf(cols) === 4

/**
 * `layerNorm` that gives, with out, its codes [rows, cols / 4] and scales [rows], as `quantizeRows` would.
 * @throws Error for rows that do not suit it
 */
export function layerNormInt8(
  gpu: Gpu,
  tensors: { x: F32; gamma: F32; beta: F32; out: F32; stats: F32; codes: Tensor<'u32'>; scales: F32 },
  { rows, cols, epsilon, sharers = sharersOf(gpu) }: Sizes & { epsilon: number },
): void {
  assert(suitsLayerNormInt8(cols), `rows of fours of elements, got ${cols} elements`)
  launch(gpu, withSharers(layerNormInt8Kernel, sharers), tensors, { rows, cols, epsilon })
}

/**
 * Gradients of `layerNorm` from gradOut [rows, cols]: gradX [rows, cols] (plus `residualGrad`, of the same shape, if
 * given), gradGamma and gradBeta [cols], overwritten. Sums run in a fixed order.
 */
export function layerNormGrad(
  gpu: Gpu,
  tensors: {
    x: F32
    stats: F32
    gamma: F32
    gradOut: F32
    gradX: F32
    gradGamma: F32
    gradBeta: F32
    residualGrad?: F32
  },
  { rows, cols, sharers = sharersOf(gpu) }: Sizes,
): void {
  const { x, stats, gamma, gradOut, gradX, gradGamma, gradBeta, residualGrad } = tensors
  const kernel = { ...layerNormGradKernel, constants: { HAS_RESIDUAL: residualGrad ? 1 : 0 } }
  const slices = Math.min(MOST_SLICES, Math.ceil(rows / ROWS_PER_SLICE))
  const partials = createTensor(gpu, 'f32', [slices, 2, cols], 'scratch')
  const residual = residualGrad ?? gradOut
  launch(
    gpu,
    withSharers(withLanes(kernel, cols), sharers),
    { x, stats, gamma, grad_out: gradOut, residual_grad: residual, grad_x: gradX, partials },
    { rows, cols, slices },
  )
  launch(
    gpu,
    withSharers(withLanes(scaleGradFoldKernel, cols), sharers, 'units'),
    { partials, grad_gamma: gradGamma, grad_beta: gradBeta },
    { slices, units: cols / lanesOf(cols) },
  )
  release(gpu, partials)
}
