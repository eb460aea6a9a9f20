// T² · KL(teacher ‖ student) of softened predictions: loss and gradient in one pass (Hinton et al. 2015).
import linearIndex from '../lib/linear-index.wgsl?raw'
import { ROW_ALONE, sharersOf, withSharers } from '../lib/row-sharing.ts'
import type { Gpu } from '../runtime/gpu.ts'
import { defineKernel, foldGrid, launch } from '../runtime/kernel.ts'
import type { Tensor } from '../runtime/tensor.ts'
import source from './softmax-kl.wgsl?raw'

/** Largest error of loss / T² or gradient / T at scale 1: a sum of products of probabilities with a few ULP of error each. */
export const SOFTMAX_KL_TOLERANCE = 1e-5

export const softmaxKlKernel = defineKernel({
  name: 'softmax-kl/softmax-kl',
  source,
  libraries: [linearIndex, ROW_ALONE],
  bindings: { teacher: 'read', student: 'read', loss: 'write', grad: 'write' },
  params: { rows: 'u32', classes: 'u32', temperature: 'f32', scale: 'f32' },
  grid: ({ rows }) => foldGrid(Math.ceil(rows / 32)),
  work: ({ rows, classes }) => rows * classes * 40,
})

/**
 * loss[r] = scale · T² · KL and its gradient by the student's logits, added to `grad` with `accumulate` 1, else overwriting it.
 * Shapes: teacher, student, grad [rows, classes]; loss [rows]. `sharers` invocations share a row; by default the adapter decides.
 */
export function softmaxKl(
  gpu: Gpu,
  tensors: { teacher: Tensor<'f32'>; student: Tensor<'f32'>; loss: Tensor<'f32'>; grad: Tensor<'f32'> },
  {
    accumulate,
    sharers = sharersOf(gpu),
    ...params
  }: {
    rows: number
    classes: number
    temperature: number
    scale: number
    accumulate: 0 | 1
    sharers?: number
  },
): void {
  const kernel = { ...softmaxKlKernel, constants: { ACCUMULATE: accumulate } }
  launch(gpu, withSharers(kernel, sharers), tensors, params)
}
