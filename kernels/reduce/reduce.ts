// Sums over whole tensors in a fixed order, with a flag for values that are not finite.
import finite from '../lib/finite.wgsl?raw'
import linearIndex from '../lib/linear-index.wgsl?raw'
import { ROW_ALONE, sharersOf, withSharers } from '../lib/row-sharing.ts'
import type { Gpu } from '../runtime/gpu.ts'
import { defineKernel, foldGrid, launch } from '../runtime/kernel.ts'
import { createTensor, elementCount, release, type Tensor } from '../runtime/tensor.ts'
import source from './reduce.wgsl?raw'

const CHUNK = 256
const partialsOf = (count: number) => Math.max(1, Math.ceil(count / CHUNK))

/** Largest error of a sum, relative to the sum of absolute values: 256 terms in sequence, then their sums likewise. */
export function sumTolerance(count: number): number {
  const stages = Math.max(1, Math.ceil(Math.log(Math.max(2, count)) / Math.log(CHUNK)))
  return stages * 4 * Math.sqrt(CHUNK) * 2 ** -24
}

const reduction = (constants: { SQUARE: number; FROM_PAIRS: number; ROOT: number }) =>
  defineKernel({
    name: 'reduce/reduce',
    source,
    libraries: [finite, linearIndex, ROW_ALONE],
    bindings: { x: 'read', partial: 'write' },
    params: { count: 'u32', first: 'u32' },
    constants,
    grid: ({ count }) => foldGrid(Math.ceil(partialsOf(count) / 64)),
    work: ({ count }) => count * 2,
  })

export const sumKernel = reduction({ SQUARE: 0, FROM_PAIRS: 0, ROOT: 0 })
export const squaresKernel = reduction({ SQUARE: 1, FROM_PAIRS: 0, ROOT: 0 })
const pairsKernel = reduction({ SQUARE: 0, FROM_PAIRS: 1, ROOT: 0 })
const rootKernel = reduction({ SQUARE: 0, FROM_PAIRS: 1, ROOT: 1 })

/** How many invocations share a chunk; by default the adapter decides. */
interface Sharing {
  readonly sharers?: number
}

/** Adds up (sum, flag) pairs until one is left in `out` [2]. */
function sumPairs(
  gpu: Gpu,
  { pairs, out, sharers }: { pairs: Tensor<'f32'>; out: Tensor<'f32'>; sharers: number },
  last: typeof pairsKernel,
): void {
  let current = pairs
  let count = pairs.shape[0]!
  while (partialsOf(count) > 1) {
    const next = createTensor(gpu, 'f32', [partialsOf(count), 2], 'scratch')
    launch(gpu, shared(pairsKernel, sharers), { x: current, partial: next }, { count, first: 0 })
    if (current !== pairs) release(gpu, current)
    current = next
    count = partialsOf(count)
  }
  launch(gpu, shared(last, sharers), { x: current, partial: out }, { count, first: 0 })
  if (current !== pairs) release(gpu, current)
}

const shared = (kernel: typeof pairsKernel, sharers: number) => withSharers(kernel, sharers, 'count')

/** out[0] = Σ loss, out[1] = 1 if an element or the sum is not finite, else 0. Fixed order. Shapes: loss any, out [2]. */
export function lossSum(
  gpu: Gpu,
  { loss, out }: { loss: Tensor<'f32'>; out: Tensor<'f32'> },
  { sharers = sharersOf(gpu) }: Sharing = {},
): void {
  const count = elementCount(loss.shape)
  const pairs = createTensor(gpu, 'f32', [partialsOf(count), 2], 'scratch')
  launch(gpu, shared(sumKernel, sharers), { x: loss, partial: pairs }, { count, first: 0 })
  sumPairs(gpu, { pairs, out, sharers }, pairsKernel)
  release(gpu, pairs)
}

/** Global L2 norm of gradients: out[0] = √ Σ x² over all tensors, out[1] = 1 if an element or the norm is not finite, else 0. Fixed order. out [2]. */
export function gradientNorm(
  gpu: Gpu,
  tensors: readonly Tensor<'f32'>[],
  out: Tensor<'f32'>,
  { sharers = sharersOf(gpu) }: Sharing = {},
): void {
  const counts = tensors.map((tensor) => elementCount(tensor.shape))
  const total = counts.reduce((sum, count) => sum + partialsOf(count), 0)
  const pairs = createTensor(gpu, 'f32', [total, 2], 'scratch')
  let first = 0
  tensors.forEach((x, i) => {
    const count = counts[i]!
    launch(gpu, shared(squaresKernel, sharers), { x, partial: pairs }, { count, first })
    first += partialsOf(count)
  })
  sumPairs(gpu, { pairs, out, sharers }, rootKernel)
  release(gpu, pairs)
}
