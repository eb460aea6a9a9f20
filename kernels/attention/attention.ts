// Multi-head self-attention with key mask, forward and backward.
import blockProduct from '../lib/block-product.wgsl?raw'
import { lanesOf, SINGLE_LANE, withLanes } from '../lib/lanes.ts'
import linearIndex from '../lib/linear-index.wgsl?raw'
import { canShareRows, subgroupWidth } from '../lib/subgroups.ts'
import { type Gpu, runsOnCpu } from '../runtime/gpu.ts'
import { defineKernel, foldGrid, launch } from '../runtime/kernel.ts'
import { createTensor, release, type Tensor } from '../runtime/tensor.ts'
import source from './attention.wgsl?raw'
import blocks from './blocks.wgsl?raw'
import deltaSource from './delta.wgsl?raw'
import inputsSource from './grad-inputs.wgsl?raw'
import gradScoresSource from './grad-scores.wgsl?raw'
import gradientLoads from './gradient-loads.wgsl?raw'
import gradientLoadsSubgroups from './gradient-loads-subgroups.wgsl?raw'
import rowLoads from './row-loads.wgsl?raw'
import rowLoadsSubgroups from './row-loads-subgroups.wgsl?raw'
import visible from './visible.wgsl?raw'

/**
 * Error allowed, as a multiple of the largest |value| (of v, or of the gradient): a score of size s has an error of
 * about 2 sqrt(D) units of 2^-24 times s, `exp` turns it into a relative one, and sums over tokens add 2 sqrt(T).
 */
export function attentionTolerance(tokens: number, headSize: number, largestScore: number): number {
  return (8 + 2 * Math.sqrt(tokens) + (4 + 2 * Math.sqrt(headSize)) * Math.max(1, largestScore)) * 2 ** -24
}

/** Queries or keys of a register tile, in the shaders too. */
const TILE = 8
/** Keys whose scores an invocation of the forward pass holds at a time, a multiple of `TILE`. */
const SEGMENT = 256
/** Queries of a head whose weights the backward pass holds at a time, a multiple of `TILE`. */
const BAND = 128
/** Weights held at a time: scratch stays bounded, whatever the batch and the length. */
const MOST_WEIGHTS = 2 ** 23

const tilesOf = (positions: number, size = TILE) => Math.ceil(positions / size)

/** Who loads the rows that neighboring tiles of a head need alike: each invocation, or the lanes of a subgroup for each other. */
interface Loads {
  /** Invocations of a workgroup, WIDTH of the shaders. */
  readonly width: number
  /** A head has a multiple of so many invocations, some of which may have no tile. */
  readonly multiple: number
  readonly library: string
  /** The same for grad_out. */
  readonly gradients: string
  readonly extension: { readonly enables?: 'subgroups' }
}

const OWN_LOADS: Loads = {
  width: 32,
  multiple: 1,
  library: rowLoads,
  gradients: gradientLoads,
  extension: {},
}

const sharedBy = (width: number): Loads => ({
  width,
  multiple: width,
  library: rowLoadsSubgroups,
  gradients: gradientLoadsSubgroups,
  extension: { enables: 'subgroups' },
})

/** Invocations for the tiles of a head. */
const padded = ({ multiple }: Loads, tiles: number) => Math.ceil(tiles / multiple) * multiple

/** Operations of the forward pass for one tile of eight queries; a tile of four counts as much. */
const forwardWork = (tokens: number, headSize: number) => 4 * TILE * tokens * headSize

function attentionKernel(loads: Loads, queryBlocks: number) {
  return defineKernel({
    ...loads.extension,
    name: 'attention/attention',
    source,
    libraries: [SINGLE_LANE, linearIndex, blockProduct, blocks, visible, loads.library],
    bindings: { qkv: 'read', mask: 'read', out: 'write', log_sum_exp: 'write', weights: 'write' },
    params: {
      tokens: 'u32',
      heads: 'u32',
      head_size: 'u32',
      first: 'u32',
      end: 'u32',
      key_blocks: 'u32',
      scale: 'f32',
    },
    constants: { WIDTH: loads.width, QUERY_BLOCKS: queryBlocks },
    grid: ({ first, end }) => foldGrid(Math.ceil((end - first) / loads.width)),
    work: ({ first, end, tokens, head_size }) => (end - first) * forwardWork(tokens, head_size),
  })
}

/** Invocations of a workgroup of delta.wgsl. */
const DELTA_WIDTH = 32

export const deltaKernel = defineKernel({
  name: 'attention/delta',
  source: deltaSource,
  libraries: [SINGLE_LANE, linearIndex],
  bindings: { out: 'read', grad_out: 'read', delta: 'write' },
  params: { count: 'u32', tokens: 'u32', heads: 'u32', head_size: 'u32' },
  grid: ({ count }) => foldGrid(Math.ceil(count / DELTA_WIDTH)),
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

function gradScoresKernel(loads: Loads) {
  return defineKernel({
    ...loads.extension,
    name: 'attention/grad-scores',
    source: gradScoresSource,
    libraries: [SINGLE_LANE, linearIndex, blockProduct, blocks, visible, loads.gradients, loads.library],
    bindings: {
      qkv: 'read',
      mask: 'read',
      grad_out: 'read',
      log_sum_exp: 'read',
      delta: 'read',
      weights: 'write',
    },
    params: GRAD_PARAMS,
    constants: { WIDTH: loads.width },
    grid: ({ pairs, rows, tokens }) =>
      foldGrid(Math.ceil((pairs * tilesOf(rows) * padded(loads, tilesOf(tokens))) / loads.width)),
    work: (params) => gradWork(params, 2),
  })
}

function gradInputsKernel(loads: Loads) {
  return defineKernel({
    ...loads.extension,
    name: 'attention/grad-inputs',
    source: inputsSource,
    libraries: [SINGLE_LANE, linearIndex, blockProduct, blocks, loads.gradients, loads.library],
    bindings: { qkv: 'read', grad_out: 'read', weights: 'read', grad_qkv: 'write' },
    params: GRAD_PARAMS,
    constants: { WIDTH: loads.width },
    grid: ({ pairs, rows, tokens, head_size }) => {
      const columns = Math.ceil(head_size / lanesOf(head_size) / 2)
      const groups = (positions: number) =>
        Math.ceil((pairs * columns * padded(loads, tilesOf(positions))) / loads.width)
      return foldGrid(groups(rows) + 2 * groups(tokens))
    },
    work: (params) => gradWork(params, 3),
  })
}

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
function* tileRanges(
  gpu: Gpu,
  { batch, tokens, heads, headSize }: AttentionSizes,
  { queryBlocks, loads }: { queryBlocks: number; loads: Loads },
) {
  const keyBlocks = (TILE / 4) * Math.min(SEGMENT / TILE, tilesOf(tokens))
  const common = { tokens, heads, head_size: headSize, scale: 1 / Math.sqrt(headSize) }
  const affordable = gpu.operationsPerSubmission / forwardWork(tokens, headSize)
  const held = MOST_WEIGHTS / (16 * queryBlocks * keyBlocks)
  const step = Math.max(1, Math.floor(Math.min(affordable, held) / loads.width)) * loads.width
  const count = batch * heads * padded(loads, tilesOf(tokens, 4 * queryBlocks))
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

/** Fours of queries per invocation, which load what they need; or one four, and lanes share their loads. */
export type AttentionForm = '1' | '2' | 'shared'
/** The key in `gpu.choices` of the form that was measured to be faster. */
export const ATTENTION_CHOICE = 'attention'
/** WGSL of all forms. */
export const attentionSources = [
  source,
  gradScoresSource,
  inputsSource,
  blocks,
  visible,
  blockProduct,
  rowLoads,
  gradientLoads,
  rowLoadsSubgroups,
  gradientLoadsSubgroups,
]

/**
 * The default first. A load costs CPU adapters more than a multiply-add: on lavapipe lanes share them; SwiftShader's subgroups are too
 * small to, and twice the queries per load are 1.2 times as fast there.
 */
export function attentionForms(gpu: Gpu): AttentionForm[] {
  if (gpu.adapter.architecture === 'swiftshader') return ['2', '1']
  if (!canShareRows(gpu)) return ['1', '2']
  return runsOnCpu(gpu.adapter) ? ['shared', '1', '2'] : ['1', '2', 'shared']
}

/** Share of a workgroup's lanes with a tile below which sharing loads does not pay for the others. */
const LEAST_FILLED = 0.75

/** The loads of tiles of so many positions: shared where the form says so and heads have tiles enough. */
function loadsFor(
  gpu: Gpu,
  form: AttentionForm,
  { positions, size = TILE }: { positions: number; size?: number },
): Loads {
  if (form !== 'shared') return OWN_LOADS
  const loads = sharedBy(subgroupWidth(gpu))
  const tiles = tilesOf(positions, size)
  return tiles / padded(loads, tiles) < LEAST_FILLED ? OWN_LOADS : loads
}

const formOf = (gpu: Gpu, { form }: { form?: AttentionForm | undefined }): AttentionForm =>
  form ?? (gpu.choices.get(ATTENTION_CHOICE) as AttentionForm | undefined) ?? attentionForms(gpu)[0]!

/**
 * out = softmax(q k^T / sqrt(headSize)) v over the visible keys, per sequence and head; logSumExp of the
 * scaled scores. A query without any visible key gives 0. No heads: nothing is written. `form` changes the speed only.
 */
export function attentionForward(
  gpu: Gpu,
  tensors: AttentionInputs,
  sizes: AttentionSizes & { form?: AttentionForm },
): void {
  const { qkv, mask, out, logSumExp } = tensors
  const form = formOf(gpu, sizes)
  const queryBlocks = form === '2' ? 2 : 1
  const loads = loadsFor(gpu, form, { positions: sizes.tokens, size: 4 * queryBlocks })
  const kernel = withLanes(attentionKernel(loads, queryBlocks), sizes.headSize)
  for (const params of tileRanges(gpu, sizes, { queryBlocks, loads })) {
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
  sizes: AttentionSizes & { form?: AttentionForm },
): void {
  const { qkv, mask, out, gradOut, logSumExp, delta, gradQkv } = tensors
  const { batch, tokens, heads, headSize } = sizes
  launch(
    gpu,
    withLanes(deltaKernel, headSize),
    { out, grad_out: gradOut, delta },
    { count: batch * heads * tokens, tokens, heads, head_size: headSize },
  )
  const loads = loadsFor(gpu, formOf(gpu, sizes), { positions: tokens })
  const scoresKernel = withLanes(gradScoresKernel(loads), headSize)
  const inputsKernel = withLanes(gradInputsKernel(loads), headSize)
  for (const params of gradRanges(gpu, sizes)) {
    const shape = [params.pairs, tilesOf(params.rows), tilesOf(tokens), 2, TILE, TILE]
    const weights = createTensor(gpu, 'f32', shape, 'scratch')
    const scores = { qkv, mask, grad_out: gradOut, log_sum_exp: logSumExp, delta, weights }
    launch(gpu, scoresKernel, scores, params)
    launch(gpu, inputsKernel, { qkv, grad_out: gradOut, weights, grad_qkv: gradQkv }, params)
    release(gpu, weights)
  }
}
