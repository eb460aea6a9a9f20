// Tensors: a pooled storage buffer with a shape and an element type.
import { assert } from './errors.ts'
import type { Gpu } from './gpu.ts'

export type ElementType = 'f32' | 'u32' | 'i32'
type TypedArrayOf<T extends ElementType> = T extends 'f32'
  ? Float32Array<ArrayBuffer>
  : T extends 'u32'
    ? Uint32Array<ArrayBuffer>
    : Int32Array<ArrayBuffer>

/** Row-major tensor on the GPU. Packed integer codes are `u32` words. */
export interface Tensor<T extends ElementType = ElementType> {
  readonly buffer: GPUBuffer
  /** Byte offset of the first element, a multiple of 256. */
  readonly offset: number
  readonly type: T
  readonly shape: readonly number[]
}

export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1)
}

/** Bytes that the elements take (the buffer may be longer). */
export function tensorBytes(tensor: Tensor): number {
  return elementCount(tensor.shape) * 4
}

/** Uninitialized tensor. `owner` is its label in the ledger (`weights`, `activations`, …). */
export function createTensor<T extends ElementType>(
  gpu: Gpu,
  type: T,
  shape: readonly number[],
  owner: string,
): Tensor<T> {
  return { buffer: gpu.pool.acquire(elementCount(shape) * 4, owner), offset: 0, type, shape }
}

export function zeros<T extends ElementType>(
  gpu: Gpu,
  type: T,
  shape: readonly number[],
  owner: string,
): Tensor<T> {
  const tensor = createTensor(gpu, type, shape, owner)
  gpu.clear(tensor.buffer, tensor.offset, tensorBytes(tensor))
  return tensor
}

/** Tensor with the given elements. */
export function upload<T extends ElementType>(
  gpu: Gpu,
  type: T,
  data: TypedArrayOf<T>,
  options: { shape?: readonly number[]; owner: string },
): Tensor<T> {
  const shape = options.shape ?? [data.length]
  assert(elementCount(shape) === data.length, `${data.length} elements to fill [${shape}]`)
  const tensor = createTensor(gpu, type, shape, options.owner)
  write(gpu, tensor, data)
  return tensor
}

/** Overwrites elements from `offset` (in elements). Ordered after all work launched before it. */
export function write<T extends ElementType>(
  gpu: Gpu,
  tensor: Tensor<T>,
  data: TypedArrayOf<T>,
  offset = 0,
): void {
  assert(offset + data.length <= elementCount(tensor.shape), 'writes inside the tensor')
  gpu.flush()
  gpu.device.queue.writeBuffer(tensor.buffer, tensor.offset + offset * 4, data)
}

/** Copies `count` elements between tensors on the GPU. */
export function copyElements(
  gpu: Gpu,
  from: { tensor: Tensor; offset?: number },
  to: { tensor: Tensor; offset?: number },
  count: number,
): void {
  const source = { buffer: from.tensor.buffer, offset: from.tensor.offset + (from.offset ?? 0) * 4 }
  const target = { buffer: to.tensor.buffer, offset: to.tensor.offset + (to.offset ?? 0) * 4 }
  gpu.copy(source, target, count * 4)
}

/** Reads the elements back. Waits for all work launched before it. */
export async function read<T extends ElementType>(gpu: Gpu, tensor: Tensor<T>): Promise<TypedArrayOf<T>> {
  const bytes = await gpu.readBytes(tensor, tensorBytes(tensor))
  const View = tensor.type === 'f32' ? Float32Array : tensor.type === 'u32' ? Uint32Array : Int32Array
  return new View(bytes) as TypedArrayOf<T>
}

export function release(gpu: Gpu, ...tensors: (Tensor | undefined)[]): void {
  for (const tensor of tensors) if (tensor) gpu.pool.release(tensor.buffer)
}
