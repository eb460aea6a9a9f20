// Multi-head self-attention with key mask, forward and backward.
import blockProduct from '../lib/block-product.wgsl?raw'
import { lanesOf, SINGLE_LANE, withLanes } from '../lib/lanes.ts'
import linearIndex from '../lib/linear-index.wgsl?raw'
import type { Gpu } from '../runtime/gpu.ts'
import { defineKernel, foldGrid, launch } from '../runtime/kernel.ts'
import { createTensor, release, type Tensor } from '../runtime/tensor.ts'
import source from './attention.wgsl?raw'
import blocks from './blocks.wgsl?raw'
import deltaSource from './delta.wgsl?raw'
import inputsSource from './grad-inputs.wgsl?raw'
import gradScoresSource from './grad-scores.wgsl?raw'
import visible from './visible.wgsl?raw'

/**
 * Error allowed, as a multiple of the largest |value| (of v, or of the gradient): a score of size s has an error of
 * about 2 sqrt(D) units of 2^-24 times s, `exp` turns it into a relative one, and sums over tokens add 2 sqrt(T).
 */
export function attentionTolerance(tokens: number, headSize: number, largestScore: number): number {
  return (8 + 2 * Math.sqrt(tokens) + (4 + 2 * Math.sqrt(headSize)) * Math.max(1, largestScore)) * 2 ** -24
}

const WIDTH = 32
/** Queries or keys of a register tile, in the shaders too. */
const TILE = 8
/** Keys whose scores an invocation of the forward pass holds at a time, a multiple of `TILE`. */
const SEGMENT = 256
/** Queries of a head whose weights the backward pass holds at a time, a multiple of `TILE`. */
const BAND = 128
/** Weights held at a time: scratch stays bounded, whatever the batch and the length. */
const MOST_WEIGHTS = 2 ** 23

const tilesOf = (positions: number) => Math.ceil(positions / TILE)

/** Operations of the forward pass for one tile of eight queries; a tile of four counts as much. */
const forwardWork = (tokens: number, headSize: number) => 4 * TILE * tokens * headSize

export const attentionKernel = defineKernel({
  name: 'attention/attention',
  source,
  libraries: [SINGLE_LANE, linearIndex, blockProduct, blocks, visible],
  bindings: { qkv: 'read', mask: 'read', out: 'write', log_sum_exp: 'write', weights: 'write' },
  params: {
    tokens: 'u32',
    heads: 'u32',
    head_size: 'u32',
    tiles: 'u32',
    first: 'u32',
    end: 'u32',
    key_blocks: 'u32',
    scale: 'f32',
  },
  grid: ({ first, end }) => foldGrid(Math.ceil((end - first) / WIDTH)),
  work: ({ first, end, tokens, head_size }) => (end - first) * forwardWork(tokens, head_size),
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

const GRAD_PARAMS = {
  tokens: 'u32',
  heads: 'u32',
  head_size: 'u32',
  first_pair: 'u32',
  pairs: 'u32',
  first_row: 'u32',
  rows: 'u32',
  scale: 'f32',
} as const

type GradValues = Record<keyof typeof GRAD_PARAMS, number>

/** Operations of `products` matrix products of a range. */
const gradWork = ({ tokens, head_size, pairs, rows }: GradValues, products: number) =>
  2 * products * pairs * rows * tokens * head_size

export const gradScoresKernel = defineKernel({
  name: 'attention/grad-scores',
  source: gradScoresSource,
  libraries: [SINGLE_LANE, linearIndex, blockProduct, blocks, visible],
  bindings: {
    qkv: 'read',
    mask: 'read',
    grad_out: 'read',
    log_sum_exp: 'read',
    delta: 'read',
    weights: 'write',
  },
  params: GRAD_PARAMS,
  grid: ({ pairs, rows, tokens }) => foldGrid(Math.ceil((pairs * tilesOf(rows) * tilesOf(tokens)) / WIDTH)),
  work: (params) => gradWork(params, 2),
})

export const gradInputsKernel = defineKernel({
  name: 'attention/grad-inputs',
  source: inputsSource,
  libraries: [SINGLE_LANE, linearIndex, blockProduct, blocks],
  bindings: { qkv: 'read', grad_out: 'read', weights: 'read', grad_qkv: 'write' },
  params: GRAD_PARAMS,
  grid: ({ pairs, rows, tokens, head_size }) => {
    const columns = Math.ceil(head_size / lanesOf(head_size) / 2)
    return foldGrid(Math.ceil((pairs * columns * (tilesOf(rows) + 2 * tilesOf(tokens))) / WIDTH))
  },
  work: (params) => gradWork(params, 3),
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

/** Launches of the forward pass over all tiles, each small enough for one submission and for the scratch. */
function* tileRanges(gpu: Gpu, { batch, tokens, heads, headSize }: AttentionSizes, queryBlocks: number) {
  const keyBlocks = (TILE / 4) * Math.min(SEGMENT / TILE, tilesOf(tokens))
  const tiles = Math.ceil(tokens / (4 * queryBlocks))
  const common = { tokens, heads, head_size: headSize, tiles, scale: 1 / Math.sqrt(headSize) }
  const affordable = gpu.operationsPerSubmission / forwardWork(tokens, headSize)
  const held = MOST_WEIGHTS / (16 * queryBlocks * keyBlocks)
  const step = Math.max(1, Math.floor(Math.min(affordable, held) / WIDTH)) * WIDTH
  const count = batch * heads * tiles
  for (let first = 0; first < count; first += step)
    yield { ...common, key_blocks: keyBlocks, first, end: Math.min(count, first + step) }
}

/** Launches of the backward pass: bands of queries in order, and of each band as many heads as fit. */
function* gradRanges(gpu: Gpu, { batch, tokens, heads, headSize }: AttentionSizes): Generator<GradValues> {
  const common = { tokens, heads, head_size: headSize, scale: 1 / Math.sqrt(headSize) }
  const count = batch * heads
  for (let first = 0; first < tokens; first += BAND) {
    const rows = Math.min(BAND, tokens - first)
    const affordable = gpu.operationsPerSubmission / (6 * rows * tokens * headSize)
    const held = MOST_WEIGHTS / (TILE * TILE * tilesOf(rows) * tilesOf(tokens))
    const step = Math.max(1, Math.floor(Math.min(affordable, held)))
    for (let pair = 0; pair < count; pair += step)
      yield { ...common, first_row: first, rows, first_pair: pair, pairs: Math.min(step, count - pair) }
  }
}

/** Fours of queries per invocation. */
type AttentionForm = '1' | '2'
/** The key in `gpu.choices` of the form that was measured to be faster. */
export const ATTENTION_CHOICE = 'attention'
/** WGSL of the forward pass. */
export const attentionSources = [source, blocks, visible, blockProduct]

/** The default first. SwiftShader pays most for loads: twice the queries per load are 1.2 times as fast there, and slower on lavapipe. */
export const attentionForms = ({ adapter }: Gpu): AttentionForm[] =>
  adapter.architecture === 'swiftshader' ? ['2', '1'] : ['1', '2']

/**
 * out = softmax(q k^T / sqrt(headSize)) v over the visible keys, per sequence and head; logSumExp of the
 * scaled scores. A query without any visible key gives 0. No heads: nothing is written. `queryBlocks` (fours of queries per
 * invocation) changes the speed only.
 */
export function attentionForward(
  gpu: Gpu,
  tensors: AttentionInputs,
  sizes: AttentionSizes & { queryBlocks?: 1 | 2 },
): void {
  const { qkv, mask, out, logSumExp } = tensors
  const queryBlocks = sizes.queryBlocks ?? Number(gpu.choices.get(ATTENTION_CHOICE) ?? attentionForms(gpu)[0])
  const kernel = {
    ...withLanes(attentionKernel, sizes.headSize),
    constants: { QUERY_BLOCKS: queryBlocks },
  }
  for (const params of tileRanges(gpu, sizes, queryBlocks)) {
    const shape = [params.end - params.first, params.key_blocks, queryBlocks, 4, 4]
    const weights = createTensor(gpu, 'f32', shape, 'scratch')
    launch(gpu, kernel, { qkv, mask, out, log_sum_exp: logSumExp, weights }, params)
    release(gpu, weights)
  }
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
  for (const params of gradRanges(gpu, sizes)) {
    const shape = [params.pairs, tilesOf(params.rows), tilesOf(tokens), 2, TILE, TILE]
    const weights = createTensor(gpu, 'f32', shape, 'scratch')
    launch(
      gpu,
      withLanes(gradScoresKernel, headSize),
      { qkv, mask, grad_out: gradOut, log_sum_exp: logSumExp, delta, weights },
      params,
    )
    launch(
      gpu,
      withLanes(gradInputsKernel, headSize),
      { qkv, grad_out: gradOut, weights, grad_qkv: gradQkv },
      params,
    )
    release(gpu, weights)
  }
}
