// What kernel tests share: a real device in Node, seeded data, canary words around outputs, error measures.

import { expect } from 'vitest'
import { type Gpu, requestGpu } from './gpu.ts'
import { createDawn } from './node-dawn.ts'
import { createTensor, type ElementType, elementCount, read, type Tensor, write } from './tensor.ts'

let opened: Promise<Gpu> | undefined

/** The adapter that `VK_DRIVER_FILES` names. A missing adapter fails the test; it never skips. */
export function testGpu(): Promise<Gpu> {
  opened ??= requestGpu(createDawn())
  return opened
}

/** The same adapter as in a browser that has the first version of WGSL only, and no optional features. */
export function testGpuWithoutExtensions(): Promise<Gpu> {
  return requestGpu(changedApi(() => ({ features: new Set() }), new Set()))
}

/** The same adapter under the name of a graphics card, so that kernels take the forms that are made for those. */
export function testGpuAsCard(): Promise<Gpu> {
  return requestGpu(changedApi(({ info }) => ({ info: asCard(info) }), createDawn().wgslLanguageFeatures))
}

function asCard({ subgroupMinSize, subgroupMaxSize }: GPUAdapterInfo) {
  const name = { vendor: 'test', architecture: '', description: 'a graphics card', isFallbackAdapter: false }
  return { ...name, subgroupMinSize, subgroupMaxSize }
}

/** Dawn with an adapter that differs in what is given. */
function changedApi(
  changes: (adapter: GPUAdapter) => Record<string, unknown>,
  wgslLanguageFeatures: ReadonlySet<string>,
): GPU {
  const dawn = createDawn()
  const requestAdapter = async (options?: GPURequestAdapterOptions) => {
    const adapter = await dawn.requestAdapter(options)
    if (!adapter) return null
    const { features, info, limits } = adapter
    const requestDevice = (descriptor: GPUDeviceDescriptor) => adapter.requestDevice(descriptor)
    return { features, info, limits, requestDevice, ...changes(adapter) }
  }
  return { requestAdapter, wgslLanguageFeatures } as unknown as GPU
}

/** Uniform values in [-scale, scale), the same for the same seed. */
export function randomValues(count: number, seed: number, scale = 1): Float32Array<ArrayBuffer> {
  let state = (seed * 2654435761 + 1) >>> 0
  return Float32Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    const mixed = Math.imul(state ^ (state >>> 15), 0x85ebca6b) >>> 0
    return (((mixed ^ (mixed >>> 13)) >>> 0) / 2 ** 31 - 1) * scale
  })
}

const CANARY = 0xcafef00d
const CANARY_WORDS = 64

/** Output tensor filled with canary words, with 64 more before and after it. */
export function guardedTensor<T extends ElementType>(gpu: Gpu, type: T, shape: readonly number[]): Tensor<T> {
  const count = elementCount(shape)
  const whole = createTensor(gpu, 'u32', [count + 2 * CANARY_WORDS], 'guarded')
  write(gpu, whole, new Uint32Array(count + 2 * CANARY_WORDS).fill(CANARY))
  return { buffer: whole.buffer, offset: CANARY_WORDS * 4, type, shape }
}

/** Reads a guarded output and fails if a word outside it was written. */
export async function readGuarded<T extends ElementType>(gpu: Gpu, tensor: Tensor<T>) {
  const count = elementCount(tensor.shape)
  const whole: Tensor<'u32'> = { ...tensor, offset: 0, type: 'u32', shape: [count + 2 * CANARY_WORDS] }
  const words = await read(gpu, whole)
  const outside = [...words.subarray(0, CANARY_WORDS), ...words.subarray(CANARY_WORDS + count)]
  expect(
    outside.every((word) => word === CANARY),
    'canary words around the output',
  ).toBe(true)
  return read(gpu, tensor)
}

/** Largest |actual - expected|; NaN counts as infinite. */
export function maxError(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  expect(actual.length).toBe(expected.length)
  let worst = 0
  for (let i = 0; i < expected.length; i++) {
    const error = Math.abs(actual[i]! - expected[i]!)
    worst = Number.isNaN(error) ? Infinity : Math.max(worst, error)
  }
  return worst
}

/** Central difference of a scalar function, 4 points: error O(h^4). */
export function numericalGradient(
  f: (x: Float64Array) => number,
  at: Float64Array,
  step = 1e-3,
): Float64Array {
  return at.map((_, i) => {
    const shifted = (delta: number) => {
      const x = at.slice()
      x[i] = x[i]! + delta
      return f(x)
    }
    return (8 * (shifted(step) - shifted(-step)) - (shifted(2 * step) - shifted(-2 * step))) / (12 * step)
  })
}
