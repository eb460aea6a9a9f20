// A model with random weights, for training from scratch.
import type { Gpu } from '../../../kernels/runtime/gpu.ts'
import { elementCount, upload } from '../../../kernels/runtime/tensor.ts'
import { deriveSeed, normalAt, randomAt } from '../base/random.ts'
import { holdModel, type Model, type Weight } from './model.ts'
import { FLOAT_FORMAT, linearLayerOf, type ModelSpec, type Role, roleShapes } from './spec.ts'

/** Standard deviation of embedding tables. */
const EMBEDDING_SPREAD: Readonly<Partial<Record<Role, number>>> = {
  'embeddings.word': 0.05,
  'embeddings.position': 0.02,
  'embeddings.type': 0.02,
}

/** Linear weights uniform in ±1/√in, embeddings normal, norms 1, biases 0; the same for the same seed. */
export function initializeModel(gpu: Gpu, spec: ModelSpec, seed: number): Model {
  const weights = new Map<Role, Weight>()
  for (const [role, shape] of roleShapes(spec)) {
    const valueAt = initializer(role, shape, deriveSeed(seed, role))
    const values = Float32Array.from({ length: elementCount(shape) }, (_, i) => valueAt(i))
    weights.set(role, { kind: 'dense', tensor: upload(gpu, 'f32', values, { shape, owner: 'weights' }) })
  }
  return holdModel({ spec, format: FLOAT_FORMAT, weights })
}

function initializer(role: Role, shape: readonly number[], seed: number): (index: number) => number {
  const spread = EMBEDDING_SPREAD[role]
  if (spread !== undefined) return (index) => spread * normalAt(seed, index)
  if (linearLayerOf(role)) {
    const bound = 1 / Math.sqrt(shape[1]!)
    return (index) => bound * (2 * randomAt(seed, index) - 1)
  }
  return role.endsWith('norm.weight') ? () => 1 : () => 0
}
