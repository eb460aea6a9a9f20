// GELU, exact (erf) and tanh form, forward and backward.

import { elementwiseGrid, elementwiseLibraries } from '../lib/elementwise.ts'
import geluLibrary from '../lib/gelu.wgsl?raw'
import type { Gpu } from '../runtime/gpu.ts'
import { defineKernel, launch } from '../runtime/kernel.ts'
import type { Tensor } from '../runtime/tensor.ts'
import source from './gelu.wgsl?raw'
import gradSource from './gelu-grad.wgsl?raw'

export type GeluForm = 'exact' | 'tanh'

/**
 * Error allowed, as a multiple of 1 + |x|: the fit of the normal tail is good to 4e-8, `exp` to about 2e-7 relative
 * (WGSL allows 3 + 2|x| ULP), and both are multiplied by x.
 */
export const GELU_TOLERANCE = 1e-6

export const geluKernel = defineKernel({
  name: 'gelu/gelu',
  source,
  libraries: [geluLibrary, ...elementwiseLibraries],
  bindings: { x: 'read', out: 'write' },
  params: { count: 'u32' },
  grid: elementwiseGrid,
  work: ({ count }) => 20 * count,
})

export const geluGradKernel = defineKernel({
  name: 'gelu/gelu-grad',
  source: gradSource,
  libraries: [geluLibrary, ...elementwiseLibraries],
  bindings: { x: 'read', grad_out: 'read', out: 'write' },
  params: { count: 'u32' },
  grid: elementwiseGrid,
  work: ({ count }) => 25 * count,
})

const constantsOf = (form: GeluForm) => ({ FORM: form === 'tanh' ? 1 : 0 })

/** out = gelu(x), elementwise over `count` elements. */
export function gelu(
  gpu: Gpu,
  { x, out }: { x: Tensor<'f32'>; out: Tensor<'f32'> },
  { count, form }: { count: number; form: GeluForm },
): void {
  launch(gpu, { ...geluKernel, constants: constantsOf(form) }, { x, out }, { count })
}

/** out = gradOut * gelu'(x), elementwise over `count` elements; `x` is the value before GELU. */
export function geluGrad(
  gpu: Gpu,
  { x, gradOut, out }: { x: Tensor<'f32'>; gradOut: Tensor<'f32'>; out: Tensor<'f32'> },
  { count, form }: { count: number; form: GeluForm },
): void {
  launch(gpu, { ...geluGradKernel, constants: constantsOf(form) }, { x, grad_out: gradOut, out }, { count })
}
