// Cross-entropy with labels: loss and gradient in one pass.
import linearIndex from '../lib/linear-index.wgsl?raw'
import type { Gpu } from '../runtime/gpu.ts'
import { defineKernel, foldGrid, launch } from '../runtime/kernel.ts'
import type { Tensor } from '../runtime/tensor.ts'
import source from './cross-entropy.wgsl?raw'

/** Largest error of a loss or gradient element at scale 1: exp and log of WGSL are exact to a few ULP of numbers near 1. */
export const CROSS_ENTROPY_TOLERANCE = 1e-5

export const crossEntropyKernel = defineKernel({
  name: 'cross-entropy/cross-entropy',
  source,
  libraries: [linearIndex],
  bindings: { logits: 'read', labels: 'read', loss: 'write', grad: 'write' },
  params: { rows: 'u32', classes: 'u32', scale: 'f32', accumulate: 'u32' },
  grid: ({ rows }) => foldGrid(Math.ceil(rows / 32)),
  work: ({ rows, classes }) => rows * classes * 20,
})

/**
 * loss[r] = scale · CE(logits[r], labels[r]) and its gradient, added to `grad` with `accumulate` 1, else overwriting it.
 * Shapes: logits, grad [rows, classes]; labels, loss [rows]. A label of -1 gives no loss and no gradient.
 */
export function crossEntropy(
  gpu: Gpu,
  tensors: { logits: Tensor<'f32'>; labels: Tensor<'i32'>; loss: Tensor<'f32'>; grad: Tensor<'f32'> },
  sizes: { rows: number; classes: number; scale: number; accumulate: 0 | 1 },
): void {
  launch(gpu, crossEntropyKernel, tensors, sizes)
}
