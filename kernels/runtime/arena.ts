// Tensors side by side in few buffers, so that one launch passes over all of them.
import type { Gpu } from './gpu.ts'
import { elementCount, release, type Tensor, zeros } from './tensor.ts'

/** Tensors begin at multiples of so many elements of their slab: what a workgroup of 64 invocations takes four at a time. */
export const ARENA_GRAIN = 256
/** Drivers refuse one large buffer sooner than several smaller ones. */
const SLAB_BYTES = 2 ** 28

export interface Arena<Name> {
  readonly tensors: ReadonlyMap<Name, Tensor<'f32'>>
  /** What the tensors lie in, in their order, with zeros between them: [elements] each. */
  readonly slabs: readonly Tensor<'f32'>[]
}

interface Place {
  readonly slab: number
  /** In elements. */
  readonly first: number
}

interface Layout<Name> {
  readonly places: ReadonlyMap<Name, Place>
  /** Elements of each slab. */
  readonly lengths: readonly number[]
}

/** Elements of its slab that a tensor takes. */
export function arenaElements(shape: readonly number[]): number {
  return Math.max(1, Math.ceil(elementCount(shape) / ARENA_GRAIN)) * ARENA_GRAIN
}

/** Depends on shapes and adapter only, so that arenas of the same shapes are laid out alike. */
function layOut<Name>(gpu: Gpu, shapes: ReadonlyMap<Name, readonly number[]>): Layout<Name> {
  const { maxStorageBufferBindingSize, maxBufferSize } = gpu.device.limits
  const most = Math.min(SLAB_BYTES, maxStorageBufferBindingSize, maxBufferSize) / 4
  const places = new Map<Name, Place>()
  const lengths: number[] = []
  for (const [name, shape] of shapes) {
    const count = arenaElements(shape)
    const isFull = lengths.length === 0 || lengths.at(-1)! + count > most
    if (isFull) lengths.push(0)
    const slab = lengths.length - 1
    places.set(name, { slab, first: lengths[slab]! })
    lengths[slab]! += count
  }
  return { places, lengths }
}

/**
 * Tensors of the given shapes, filled with zeros. `owner` is their label in the ledger.
 * @throws GpuError `gpu-limit` where one of them is larger than the adapter binds, `gpu-memory` above the budget
 */
export function createArena<Name>(
  gpu: Gpu,
  shapes: ReadonlyMap<Name, readonly number[]>,
  owner: string,
): Arena<Name> {
  const { places, lengths } = layOut(gpu, shapes)
  const slabs = createSlabs(gpu, lengths, owner)
  const tensors = new Map(
    [...places].map(([name, { slab, first }]): [Name, Tensor<'f32'>] => [
      name,
      { ...slabs[slab]!, offset: 4 * first, shape: shapes.get(name)! },
    ]),
  )
  return { tensors, slabs }
}

function createSlabs(gpu: Gpu, lengths: readonly number[], owner: string): Tensor<'f32'>[] {
  const slabs: Tensor<'f32'>[] = []
  try {
    for (const length of lengths) slabs.push(zeros(gpu, 'f32', [length], owner))
    return slabs
  } catch (error) {
    release(gpu, ...slabs)
    throw error
  }
}

export function releaseArena(gpu: Gpu, { slabs }: Arena<unknown>): void {
  release(gpu, ...slabs)
}
