// Multi-head self-attention with key mask, forward and backward.
import { SINGLE_LANE, withLanes } from '../lib/lanes.ts'
import linearIndex from '../lib/linear-index.wgsl?raw'
import type { Gpu } from '../runtime/gpu.ts'
import { defineKernel, foldGrid, type Grid, launch } from '../runtime/kernel.ts'
import type { Tensor } from '../runtime/tensor.ts'
import source from './attention.wgsl?raw'
import deltaSource from './delta.wgsl?raw'
import keyValueSource from './grad-key-value.wgsl?raw'
import querySource from './grad-query.wgsl?raw'

/**
 * Error allowed, as a multiple of the largest |value| (of v, or of the gradient): a score of size s has an error of
 * about 2 sqrt(D) units of 2^-24 times s, `exp` turns it into a relative one, and sums over tokens add 2 sqrt(T).
 */
export function attentionTolerance(tokens: number, headSize: number, largestScore: number): number {
  return (8 + 2 * Math.sqrt(tokens) + (4 + 2 * Math.sqrt(headSize)) * Math.max(1, largestScore)) * 2 ** -24
}

const WIDTH = 32
/** Queries (or keys, in the pass for keys and values) per invocation: `QUERIES` and `KEYS` of the shaders. */
const TILE = 4

const TILE_PARAMS = {
  tokens: 'u32',
  heads: 'u32',
  head_size: 'u32',
  tiles: 'u32',
  first: 'u32',
  end: 'u32',
  scale: 'f32',
} as const

type TileValues = Record<keyof typeof TILE_PARAMS, number>

const tileGrid = ({ first, end }: TileValues): Grid => foldGrid(Math.ceil((end - first) / WIDTH))
/** Operations of one tile, for `products` matrix products. */
const tileWork = ({ tokens, head_size }: { tokens: number; head_size: number }, products: number) =>
  2 * products * TILE * tokens * head_size

const GRAD_BINDINGS = {
  qkv: 'read',
  mask: 'read',
  grad_out: 'read',
  log_sum_exp: 'read',
  delta: 'read',
  grad_qkv: 'write',
} as const

export const attentionKernel = defineKernel({
  name: 'attention/attention',
  source,
  libraries: [SINGLE_LANE, linearIndex],
  bindings: { qkv: 'read', mask: 'read', out: 'write', log_sum_exp: 'write' },
  params: TILE_PARAMS,
  grid: tileGrid,
  work: (params) => (params.end - params.first) * tileWork(params, 2),
})

export const deltaKernel = defineKernel({
  name: 'attention/delta',
  source: deltaSource,
  libraries: [SINGLE_LANE, linearIndex],
  bindings: { out: 'read', grad_out: 'read', delta: 'write' },
  params: { count: 'u32', tokens: 'u32', heads: 'u32', head_size: 'u32' },
  grid: ({ count }) => foldGrid(Math.ceil(count / WIDTH)),
  work: ({ count, head_size }) => 4 * count * head_size,
})

export const gradQueryKernel = defineKernel({
  name: 'attention/grad-query',
  source: querySource,
  libraries: [SINGLE_LANE, linearIndex],
  bindings: GRAD_BINDINGS,
  params: TILE_PARAMS,
  grid: tileGrid,
  work: (params) => (params.end - params.first) * tileWork(params, 3),
})

export const gradKeyValueKernel = defineKernel({
  name: 'attention/grad-key-value',
  source: keyValueSource,
  libraries: [SINGLE_LANE, linearIndex],
  bindings: GRAD_BINDINGS,
  params: TILE_PARAMS,
  grid: tileGrid,
  work: (params) => (params.end - params.first) * tileWork(params, 4),
})

export interface AttentionSizes {
  readonly batch: number
  readonly tokens: number
  readonly heads: number
  readonly headSize: number
}

interface AttentionInputs {
  /** [batch * tokens, 3 * heads * headSize]: all query heads, then all key heads, then all value heads. */
  readonly qkv: Tensor<'f32'>
  /** [batch, tokens], 1 where the key is visible, 0 where it is padding. */
  readonly mask: Tensor<'u32'>
  /** [batch * tokens, heads * headSize] */
  readonly out: Tensor<'f32'>
  /** [batch, heads, tokens], kept for the backward pass. */
  readonly logSumExp: Tensor<'f32'>
}

/** Parameters of consecutive launches over all tiles, each small enough for one submission. */
function* tileRanges(gpu: Gpu, sizes: AttentionSizes, products: number): Generator<TileValues> {
  const { batch, tokens, heads, headSize } = sizes
  const tiles = Math.ceil(tokens / TILE)
  const common = { tokens, heads, head_size: headSize, tiles, scale: 1 / Math.sqrt(headSize) }
  const groups = Math.floor(gpu.operationsPerSubmission / (WIDTH * tileWork(common, products)))
  const step = Math.max(1, groups) * WIDTH
  const count = batch * heads * tiles
  for (let first = 0; first < count; first += step)
    yield { ...common, first, end: Math.min(count, first + step) }
}

/** The kernel with private tiles for this head size. */
function sized<K extends { rewrites?: Record<string, number> }>(kernel: K, headSize: number): K {
  return withLanes({ ...kernel, rewrites: { HEAD: headSize } }, headSize)
}

/**
 * out = softmax(q k^T / sqrt(headSize)) v over the visible keys, per sequence and head; logSumExp of the
 * scaled scores. A query without any visible key gives 0. No heads: nothing is written.
 */
export function attentionForward(gpu: Gpu, tensors: AttentionInputs, sizes: AttentionSizes): void {
  const { qkv, mask, out, logSumExp } = tensors
  const kernel = sized(attentionKernel, sizes.headSize)
  for (const params of tileRanges(gpu, sizes, 2))
    launch(gpu, kernel, { qkv, mask, out, log_sum_exp: logSumExp }, params)
}

/**
 * Gradient of qkv [batch * tokens, 3 * heads * headSize] from gradOut [batch * tokens, heads * headSize], with `out` and
 * `logSumExp` of the forward pass. delta [batch, heads, tokens] receives sum_d gradOut * out, whose sum over tokens is
 * the gradient of a factor 1 on the head's output. Both are overwritten; every sum runs in a fixed order.
 */
export function attentionBackward(
  gpu: Gpu,
  tensors: AttentionInputs & { gradOut: Tensor<'f32'>; delta: Tensor<'f32'>; gradQkv: Tensor<'f32'> },
  sizes: AttentionSizes,
): void {
  const { qkv, mask, out, gradOut, logSumExp, delta, gradQkv } = tensors
  const { batch, tokens, heads, headSize } = sizes
  launch(
    gpu,
    withLanes(deltaKernel, headSize),
    { out, grad_out: gradOut, delta },
    { count: batch * heads * tokens, tokens, heads, head_size: headSize },
  )
  const bound = { qkv, mask, grad_out: gradOut, log_sum_exp: logSumExp, delta, grad_qkv: gradQkv }
  for (const params of tileRanges(gpu, sizes, 3)) launch(gpu, sized(gradQueryKernel, headSize), bound, params)
  for (const params of tileRanges(gpu, sizes, 4))
    launch(gpu, sized(gradKeyValueKernel, headSize), bound, params)
}
