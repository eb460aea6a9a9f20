// Token-wise squared distance between a student's and its teacher's hidden states.
import { SINGLE_LANE, withLanes } from '../lib/lanes.ts'
import linearIndex from '../lib/linear-index.wgsl?raw'
import { ROW_ALONE, sharersOf, withSharers } from '../lib/row-sharing.ts'
import type { Gpu } from '../runtime/gpu.ts'
import { defineKernel, foldGrid, launch } from '../runtime/kernel.ts'
import type { Tensor } from '../runtime/tensor.ts'
import source from './hidden-mse.wgsl?raw'

/** Largest error of a row's loss, relative to it: `cols` positive terms are summed in sequence. */
export function hiddenMseTolerance(cols: number): number {
  return (8 + 2 * Math.sqrt(cols)) * 2 ** -24
}

export const hiddenMseKernel = defineKernel({
  name: 'hidden-mse/hidden-mse',
  source,
  libraries: [SINGLE_LANE, linearIndex, ROW_ALONE],
  bindings: { student: 'read', teacher: 'read', mask: 'read', loss: 'write', grad: 'write' },
  params: { rows: 'u32', cols: 'u32', scale: 'f32', accumulate: 'u32' },
  rewrites: { LANES: 1 },
  grid: ({ rows }) => foldGrid(Math.ceil(rows / 32)),
  work: ({ rows, cols }) => rows * cols * 8,
})

/**
 * loss[r] = scale · mask[r] · Σ (student − teacher)² and its gradient by the student, added to `grad` with `accumulate` 1,
 * else overwriting it. Shapes: student, teacher, grad [rows, cols]; mask (0 or 1), loss [rows]. `sharers` invocations share a row;
 * by default the adapter decides.
 */
export function hiddenMse(
  gpu: Gpu,
  tensors: {
    student: Tensor<'f32'>
    teacher: Tensor<'f32'>
    mask: Tensor<'u32'>
    loss: Tensor<'f32'>
    grad: Tensor<'f32'>
  },
  {
    sharers = sharersOf(gpu),
    ...sizes
  }: { rows: number; cols: number; scale: number; accumulate: 0 | 1; sharers?: number },
): void {
  launch(gpu, withSharers(withLanes(hiddenMseKernel, sizes.cols), sharers), tensors, sizes)
}
