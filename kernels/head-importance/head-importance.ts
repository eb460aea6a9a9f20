// Importance of attention heads: gradients of per-text gates and their sums (Michel et al. 2019; Fisher as Kwon et al. 2022).
import type { Gpu } from '../runtime/gpu.ts'
import { defineKernel, launch } from '../runtime/kernel.ts'
import type { Tensor } from '../runtime/tensor.ts'
import source from './head-importance.wgsl?raw'

/** Largest error of a gate's gradient, relative to the sum of absolute terms. */
export function headImportanceTolerance(tokens: number): number {
  return (4 + 2 * Math.sqrt(tokens)) * 2 ** -24
}

export const headImportanceKernel = defineKernel({
  name: 'head-importance/head-importance',
  source,
  bindings: { delta: 'read', gate_gradients: 'write', squares: 'write', absolutes: 'write' },
  params: { batch: 'u32', tokens: 'u32', heads: 'u32' },
  grid: ({ heads }) => [Math.ceil(heads / 32), 1, 1],
  work: ({ batch, tokens, heads }) => batch * tokens * heads * 2,
})

/** Writes `gateGradients` [batch, heads]; adds to `squares` and `absolutes` [heads]. delta [batch, heads, tokens]. */
export function headImportance(
  gpu: Gpu,
  tensors: {
    delta: Tensor<'f32'>
    gateGradients: Tensor<'f32'>
    squares: Tensor<'f32'>
    absolutes: Tensor<'f32'>
  },
  sizes: { batch: number; tokens: number; heads: number },
): void {
  const { gateGradients, ...rest } = tensors
  launch(gpu, headImportanceKernel, { ...rest, gate_gradients: gateGradients }, sizes)
}
