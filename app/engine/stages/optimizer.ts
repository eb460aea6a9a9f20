// AdamW over all weights of a model, with gradient-norm clipping; a step with non-finite gradients changes nothing.
import { adamw } from '../../../kernels/adamw/adamw.ts'
import { gradientNorm } from '../../../kernels/reduce/reduce.ts'
import type { Gpu } from '../../../kernels/runtime/gpu.ts'
import { elementCount, release, type Tensor, zeros } from '../../../kernels/runtime/tensor.ts'
import type { Gradients } from '../model/backward.ts'
import { denseOf, type Model } from '../model/model.ts'
import { type Role, roleShapes } from '../model/spec.ts'

export interface OptimizerState {
  readonly momentum: ReadonlyMap<Role, Tensor<'f32'>>
  readonly variance: ReadonlyMap<Role, Tensor<'f32'>>
}

/** As PyTorch has them. */
export const BETA1 = 0.9
export const BETA2 = 0.999
export const EPSILON = 1e-8

export function createOptimizer(gpu: Gpu, model: Model): OptimizerState {
  const perWeight = () =>
    new Map([...roleShapes(model.spec)].map(([role, shape]) => [role, zeros(gpu, 'f32', shape, 'optimizer')]))
  return { momentum: perWeight(), variance: perWeight() }
}

export function releaseOptimizer(gpu: Gpu, state: OptimizerState): void {
  release(gpu, ...state.momentum.values(), ...state.variance.values())
}

/**
 * Updates the model's weights in place. `norm` [2] receives the gradients' norm before clipping and 1 if it is not finite.
 * Matrices are decayed, vectors are not.
 */
export function optimizerStep(
  gpu: Gpu,
  model: Model,
  { state, gradients, norm }: { state: OptimizerState; gradients: Gradients; norm: Tensor<'f32'> },
  settings: { step: number; learningRate: number; weightDecay: number; clipNorm: number },
): void {
  gradientNorm(gpu, [...gradients.values()], norm)
  for (const [role, gradient] of gradients) {
    const parameter = denseOf(model, role)
    const momentum = state.momentum.get(role)!
    const variance = state.variance.get(role)!
    const count = elementCount(parameter.shape)
    if (count === 0) continue
    adamw(
      gpu,
      { parameter, gradient, momentum, variance, norm },
      {
        count,
        learningRate: settings.learningRate,
        beta1: BETA1,
        beta2: BETA2,
        epsilon: EPSILON,
        weightDecay: parameter.shape.length === 2 ? settings.weightDecay : 0,
        step: settings.step,
        clipNorm: settings.clipNorm,
      },
    )
  }
}
