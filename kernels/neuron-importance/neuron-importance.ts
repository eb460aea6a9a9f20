// Importance of feed-forward neurons: gradients of per-text gates on the activation, and their sums.
import linearIndex from '../lib/linear-index.wgsl?raw'
import type { Gpu } from '../runtime/gpu.ts'
import { defineKernel, foldGrid, launch } from '../runtime/kernel.ts'
import type { Tensor } from '../runtime/tensor.ts'
import source from './neuron-importance.wgsl?raw'

/** Largest error of a gate's gradient, relative to the sum of absolute terms. */
export function neuronImportanceTolerance(tokens: number): number {
  return (4 + 2 * Math.sqrt(tokens)) * 2 ** -24
}

export const neuronImportanceKernel = defineKernel({
  name: 'neuron-importance/neuron-importance',
  source,
  libraries: [linearIndex],
  bindings: {
    activation: 'read',
    gradient: 'read',
    gate_gradients: 'write',
    squares: 'write',
    absolutes: 'write',
  },
  params: { batch: 'u32', tokens: 'u32', neurons: 'u32' },
  grid: ({ neurons }) => foldGrid(Math.ceil(neurons / 32)),
  work: ({ batch, tokens, neurons }) => batch * tokens * neurons * 4,
})

/**
 * Writes `gateGradients` [batch, neurons]; adds to `squares` and `absolutes` [neurons].
 * activation and gradient [batch · tokens, neurons].
 */
export function neuronImportance(
  gpu: Gpu,
  tensors: {
    activation: Tensor<'f32'>
    gradient: Tensor<'f32'>
    gateGradients: Tensor<'f32'>
    squares: Tensor<'f32'>
    absolutes: Tensor<'f32'>
  },
  sizes: { batch: number; tokens: number; neurons: number },
): void {
  const { gateGradients, ...rest } = tensors
  launch(gpu, neuronImportanceKernel, { ...rest, gate_gradients: gateGradients }, sizes)
}
