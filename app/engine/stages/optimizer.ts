// AdamW over all weights of a model, with gradient-norm clipping; a step with non-finite gradients changes nothing.
import { adamw } from '../../../kernels/adamw/adamw.ts'
import { gradientNorm } from '../../../kernels/reduce/reduce.ts'
import {
  ARENA_GRAIN,
  type Arena,
  arenaElements,
  createArena,
  releaseArena,
} from '../../../kernels/runtime/arena.ts'
import type { Gpu } from '../../../kernels/runtime/gpu.ts'
import { elementCount, release, type Tensor, upload } from '../../../kernels/runtime/tensor.ts'
import { copyWeights, type Model } from '../model/model.ts'
import { FLOAT_FORMAT, type Role, roleShapes } from '../model/spec.ts'

/** A model in training. Its arenas are laid out alike, so that one launch a slab updates all weights. */
export interface Trainable {
  /** Reads `parameters`, and ends with them: it is not held as other models are. */
  readonly model: Model
  readonly parameters: Arena<Role>
  readonly gradients: Arena<Role>
  readonly momentum: Arena<Role>
  readonly variance: Arena<Role>
  /** By slab [grains]: 1 where weights decay. */
  readonly decayed: readonly Tensor<'u32'>[]
}

/** As PyTorch has them. */
export const BETA1 = 0.9
export const BETA2 = 0.999
export const EPSILON = 1e-8

/** A copy of `source` to train, which stays as it is. @throws GpuError `gpu-memory`, holding nothing then */
export function createTrainable(gpu: Gpu, source: Model): Trainable {
  const arenas: Arena<Role>[] = []
  const arena = (owner: string) => {
    const made = createArena(gpu, roleShapes(source.spec), owner)
    arenas.push(made)
    return made
  }
  try {
    const parameters = arena('weights')
    const model = modelOf(source, parameters)
    copyWeights(gpu, source, model)
    return {
      model,
      parameters,
      gradients: arena('gradients'),
      momentum: arena('optimizer'),
      variance: arena('optimizer'),
      decayed: decayFlags(gpu, parameters),
    }
  } catch (error) {
    for (const made of arenas) releaseArena(gpu, made)
    throw error
  }
}

function modelOf({ spec }: Model, { tensors }: Arena<Role>): Model {
  const weights = new Map([...tensors].map(([role, tensor]) => [role, { kind: 'dense', tensor } as const]))
  return { spec, format: FLOAT_FORMAT, weights }
}

/** Matrices are decayed, vectors are not. */
function decayFlags(gpu: Gpu, { tensors, slabs }: Arena<Role>): Tensor<'u32'>[] {
  return slabs.map((slab) => {
    const flags = new Uint32Array(elementCount(slab.shape) / ARENA_GRAIN)
    for (const { buffer, offset, shape } of tensors.values()) {
      if (buffer !== slab.buffer || shape.length !== 2) continue
      const first = offset / 4 / ARENA_GRAIN
      flags.fill(1, first, first + arenaElements(shape) / ARENA_GRAIN)
    }
    return upload(gpu, 'u32', flags, { owner: 'optimizer' })
  })
}

export function releaseTrainable(gpu: Gpu, trainable: Trainable): void {
  const { parameters, gradients, momentum, variance, decayed } = trainable
  for (const arena of [parameters, gradients, momentum, variance]) releaseArena(gpu, arena)
  release(gpu, ...decayed)
}

/** Updates the weights. `norm` [2] receives the gradients' norm before clipping and 1 if it is not finite. */
export function optimizerStep(
  gpu: Gpu,
  { parameters, gradients, momentum, variance, decayed }: Trainable,
  norm: Tensor<'f32'>,
  settings: { step: number; learningRate: number; weightDecay: number; clipNorm: number },
): void {
  gradientNorm(gpu, gradients.slabs, norm)
  for (const [i, parameter] of parameters.slabs.entries())
    adamw(
      gpu,
      {
        parameter,
        gradient: gradients.slabs[i]!,
        momentum: momentum.slabs[i]!,
        variance: variance.slabs[i]!,
        norm,
        decayed: decayed[i]!,
      },
      { count: elementCount(parameter.shape), beta1: BETA1, beta2: BETA2, epsilon: EPSILON, ...settings },
    )
}
