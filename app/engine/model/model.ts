// A model on the GPU: its spec and its weights by role. Models are replaced, never changed; training works on a copy.
import type { Gpu } from '../../../kernels/runtime/gpu.ts'
import {
  copyElements,
  createTensor,
  elementCount,
  type Tensor,
  tensorBytes,
} from '../../../kernels/runtime/tensor.ts'
import { assert } from '../base/errors.ts'
import { FLOAT_FORMAT, type ModelSpec, type Role, roleShapes, type StorageFormat } from './spec.ts'

/** How a weight is stored; the linear layer picks its kernel by `kind`. Shapes of matrices: [out, in]. */
export type Weight =
  | { readonly kind: 'dense'; readonly tensor: Tensor<'f32'> }
  /** Symmetric codes per row with one scale each: codes [rows, ceil(cols / 4)] words, scales [rows]. */
  | {
      readonly kind: 'int8'
      readonly codes: Tensor<'u32'>
      readonly scales: Tensor<'f32'>
      readonly shape: readonly number[]
    }
  /** Symmetric codes per group of `groupSize` along a row: scales [rows, groups]. */
  | {
      readonly kind: 'int4'
      readonly codes: Tensor<'u32'>
      readonly scales: Tensor<'f32'>
      readonly shape: readonly number[]
      readonly groupSize: number
    }

export interface Model {
  readonly spec: ModelSpec
  readonly format: StorageFormat
  readonly weights: ReadonlyMap<Role, Weight>
}

/** How many models hold a buffer. Untouched weights are shared between a model and the one made from it. */
const holders = new WeakMap<GPUBuffer, number>()

function weightTensors(weight: Weight): Tensor[] {
  return weight.kind === 'dense' ? [weight.tensor] : [weight.codes, weight.scales]
}

/** Bytes that the weights take on the GPU, those shared with other models too. */
export function weightBytes(model: Model): number {
  let bytes = 0
  for (const weight of model.weights.values())
    for (const tensor of weightTensors(weight)) bytes += tensorBytes(tensor)
  return bytes
}

/** Makes a model of new or shared weights; each of its buffers is held until `releaseModel`. */
export function holdModel(model: Model): Model {
  for (const weight of model.weights.values())
    for (const { buffer } of weightTensors(weight)) holders.set(buffer, (holders.get(buffer) ?? 0) + 1)
  return model
}

/** Gives up a model; buffers that no other model holds return to the pool. */
export function releaseModel(gpu: Gpu, model: Model): void {
  for (const weight of model.weights.values())
    for (const { buffer } of weightTensors(weight)) {
      const left = (holders.get(buffer) ?? 0) - 1
      assert(left >= 0, 'a model to be held before it is released')
      holders.set(buffer, left)
      if (left === 0) gpu.pool.release(buffer)
    }
}

export function weightOf(model: Model, role: Role): Weight {
  const weight = model.weights.get(role)
  assert(weight, `a weight for ${role}`)
  return weight
}

/** The tensor of a weight that is always F32 (norms, biases, positions) or of a model not quantized. */
export function denseOf(model: Model, role: Role): Tensor<'f32'> {
  const weight = weightOf(model, role)
  assert(weight.kind === 'dense', `${role} to be F32`)
  return weight.tensor
}

/** A copy of an F32 tensor. */
export function cloneTensor(gpu: Gpu, tensor: Tensor<'f32'>, owner: string): Tensor<'f32'> {
  const copy = createTensor(gpu, 'f32', tensor.shape, owner)
  copyElements(gpu, { tensor }, { tensor: copy }, elementCount(tensor.shape))
  return copy
}

/** An F32 model of `spec` whose weights are copies, taken from `source` under the names that `from` maps roles to. */
export function copyModel(
  gpu: Gpu,
  source: Model,
  spec: ModelSpec = source.spec,
  from: (role: Role) => Role = (role) => role,
): Model {
  const weights = new Map<Role, Weight>()
  for (const role of roleShapes(spec).keys())
    weights.set(role, { kind: 'dense', tensor: cloneTensor(gpu, denseOf(source, from(role)), 'weights') })
  return holdModel({ spec, format: FLOAT_FORMAT, weights })
}

/** Overwrites the weights of one F32 model with those of another of its spec. */
export function copyWeights(gpu: Gpu, from: Model, to: Model): void {
  for (const [role, shape] of roleShapes(to.spec))
    copyElements(gpu, { tensor: denseOf(from, role) }, { tensor: denseOf(to, role) }, elementCount(shape))
}
