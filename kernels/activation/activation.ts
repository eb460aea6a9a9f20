// ReLU and tanh, forward and backward (classification heads).

import { elementwiseGrid, elementwiseLibraries } from '../lib/elementwise.ts'
import geluLibrary from '../lib/gelu.wgsl?raw'
import type { Gpu } from '../runtime/gpu.ts'
import { defineKernel, launch } from '../runtime/kernel.ts'
import type { Tensor } from '../runtime/tensor.ts'
import source from './activation.wgsl?raw'
import gradSource from './activation-grad.wgsl?raw'

/** Absolute error allowed of tanh and its slope factor: `exp` and one division, each within a few units of 2^-24. */
export const TANH_TOLERANCE = 5e-7

const RELU = { KIND: 0 }
const TANH = { KIND: 1 }

export const activationKernel = defineKernel({
  name: 'activation/activation',
  source,
  libraries: [geluLibrary, ...elementwiseLibraries],
  bindings: { x: 'read', out: 'write' },
  params: { count: 'u32' },
  grid: elementwiseGrid,
  work: ({ count }) => 10 * count,
})

export const activationGradKernel = defineKernel({
  name: 'activation/activation-grad',
  source: gradSource,
  libraries: elementwiseLibraries,
  bindings: { value: 'read', grad_out: 'read', out: 'write' },
  params: { count: 'u32' },
  grid: elementwiseGrid,
  work: ({ count }) => 5 * count,
})

interface Forward {
  readonly x: Tensor<'f32'>
  readonly out: Tensor<'f32'>
}

/** out = max(x, 0), elementwise. */
export function relu(gpu: Gpu, { x, out }: Forward, { count }: { count: number }): void {
  launch(gpu, { ...activationKernel, constants: RELU }, { x, out }, { count })
}

/** out = gradOut where x > 0, else 0; `x` is the input of ReLU. */
export function reluGrad(
  gpu: Gpu,
  { x, gradOut, out }: Forward & { gradOut: Tensor<'f32'> },
  { count }: { count: number },
): void {
  launch(gpu, { ...activationGradKernel, constants: RELU }, { value: x, grad_out: gradOut, out }, { count })
}

/** out = tanh(x), elementwise. */
export function tanhForward(gpu: Gpu, { x, out }: Forward, { count }: { count: number }): void {
  launch(gpu, { ...activationKernel, constants: TANH }, { x, out }, { count })
}

/** out = gradOut * (1 - y^2); `y` is the output of tanh. */
export function tanhGrad(
  gpu: Gpu,
  { y, gradOut, out }: { y: Tensor<'f32'>; gradOut: Tensor<'f32'>; out: Tensor<'f32'> },
  { count }: { count: number },
): void {
  launch(gpu, { ...activationGradKernel, constants: TANH }, { value: y, grad_out: gradOut, out }, { count })
}
