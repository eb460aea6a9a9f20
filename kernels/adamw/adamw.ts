// AdamW, with the clipping that a gradient norm asks for.
import linearIndex from '../lib/linear-index.wgsl?raw'
import { ARENA_GRAIN } from '../runtime/arena.ts'
import type { Gpu } from '../runtime/gpu.ts'
import { defineKernel, foldGrid, launch } from '../runtime/kernel.ts'
import type { Tensor } from '../runtime/tensor.ts'
import source from './adamw.wgsl?raw'

/** Largest error of one update, relative to the step size: a quotient of two numbers with a few ULP of error. */
export const ADAMW_TOLERANCE = 1e-5

export const adamwKernel = defineKernel({
  name: 'adamw/adamw',
  source,
  libraries: [linearIndex],
  bindings: {
    gradient: 'read',
    norm: 'read',
    decayed: 'read',
    parameter: 'write',
    momentum: 'write',
    variance: 'write',
  },
  params: {
    count: 'u32',
    step_size: 'f32',
    decay_factor: 'f32',
    variance_factor: 'f32',
    beta1: 'f32',
    rest1: 'f32',
    beta2: 'f32',
    rest2: 'f32',
    epsilon: 'f32',
    clip_norm: 'f32',
  },
  grid: ({ count }) => foldGrid(Math.ceil(count / ARENA_GRAIN)),
  work: ({ count }) => count * 16,
})

export interface AdamwSettings {
  readonly count: number
  readonly learningRate: number
  readonly beta1: number
  readonly beta2: number
  readonly epsilon: number
  readonly weightDecay: number
  /** Counts from 1. */
  readonly step: number
  readonly clipNorm: number
}

/**
 * Updates parameter, momentum and variance [count] in place; leaves them alone when norm[1] says the gradient is not finite.
 * Elements are decayed where the flag of their grain, decayed [ceil(count / ARENA_GRAIN)], is not 0.
 */
export function adamw(
  gpu: Gpu,
  tensors: {
    parameter: Tensor<'f32'>
    gradient: Tensor<'f32'>
    momentum: Tensor<'f32'>
    variance: Tensor<'f32'>
    norm: Tensor<'f32'>
    decayed: Tensor<'u32'>
  },
  settings: AdamwSettings,
): void {
  const { count, learningRate, beta1, beta2, epsilon, weightDecay, step, clipNorm } = settings
  launch(gpu, adamwKernel, tensors, {
    count,
    step_size: learningRate / (1 - beta1 ** step),
    decay_factor: 1 - learningRate * weightDecay,
    variance_factor: 1 / Math.sqrt(1 - beta2 ** step),
    beta1,
    rest1: 1 - beta1,
    beta2,
    rest2: 1 - beta2,
    epsilon,
    clip_norm: clipNorm,
  })
}
