// Token, position and type embeddings: lookup in f32 or int8, and gradients without atomics.
import { lanesOf, SINGLE_LANE, withLanes } from '../lib/lanes.ts'
import linearIndex from '../lib/linear-index.wgsl?raw'
import type { Gpu } from '../runtime/gpu.ts'
import { defineKernel, foldGrid, launch } from '../runtime/kernel.ts'
import { copyElements, createTensor, release, type Tensor } from '../runtime/tensor.ts'
import source from './embed.wgsl?raw'
import gradSource from './embed-grad.wgsl?raw'
import int8Source from './embed-int8.wgsl?raw'
import positionSource from './position-grad.wgsl?raw'

/** Error allowed of the lookup, relative to the sum of absolute terms: two additions, and one product for int8. */
export const EMBED_TOLERANCE = 3 * 2 ** -24
/** Error allowed of a gradient of n summed rows, relative to the sum of absolute terms: n * 2^-24, one rounding each. */
export const EMBED_GRAD_UNIT = 2 ** -24

const WIDTH = 64
const gridOf = (rows: number, cols: number) => foldGrid(Math.ceil((rows * cols) / lanesOf(cols) / WIDTH))

export const embedKernel = defineKernel({
  name: 'embedding/embed',
  source,
  libraries: [SINGLE_LANE, linearIndex],
  bindings: { ids: 'read', word: 'read', position: 'read', types: 'read', out: 'write' },
  params: { rows: 'u32', tokens: 'u32', cols: 'u32' },
  grid: ({ rows, cols }) => gridOf(rows, cols),
  work: ({ rows, cols }) => 4 * rows * cols,
})

export const embedInt8Kernel = defineKernel({
  name: 'embedding/embed-int8',
  source: int8Source,
  libraries: [linearIndex],
  bindings: { ids: 'read', codes: 'read', scales: 'read', position: 'read', types: 'read', out: 'write' },
  params: { rows: 'u32', tokens: 'u32', cols: 'u32' },
  grid: ({ rows, cols }) => foldGrid(Math.ceil((rows * Math.ceil(cols / 4)) / WIDTH)),
  work: ({ rows, cols }) => 8 * rows * cols,
})

export const embedGradKernel = defineKernel({
  name: 'embedding/embed-grad',
  source: gradSource,
  libraries: [SINGLE_LANE, linearIndex],
  bindings: { grad_out: 'read', order: 'read', starts: 'read', segment_ids: 'read', grad_word: 'write' },
  params: { segments: 'u32', cols: 'u32' },
  grid: ({ segments, cols }) => gridOf(segments, cols),
  // Rows per segment are not known here; a few on average.
  work: ({ segments, cols }) => 16 * segments * cols,
})

export const positionGradKernel = defineKernel({
  name: 'embedding/position-grad',
  source: positionSource,
  libraries: [SINGLE_LANE, linearIndex],
  bindings: { grad_out: 'read', grad_position: 'write' },
  params: { rows: 'u32', sources: 'u32', stride: 'u32', cols: 'u32' },
  grid: ({ rows, cols }) => gridOf(rows, cols),
  work: ({ rows, sources, cols }) => 4 * rows * sources * cols,
})

interface EmbedSizes {
  /** Rows of the batch, sequences times tokens. */
  readonly rows: number
  /** Tokens of one sequence: row r stands at position r % tokens. */
  readonly tokens: number
  readonly cols: number
}

interface EmbedCommon {
  readonly ids: Tensor<'u32'>
  readonly position: Tensor<'f32'>
  readonly type?: Tensor<'f32'>
  readonly out: Tensor<'f32'>
}

/**
 * out[r] = word[ids[r]] + position[r % tokens] + type[0].
 * ids [rows], word [V, cols], position [P >= tokens, cols], type [types, cols] if the model has it, out [rows, cols].
 * Ids must be below V.
 */
export function embed(gpu: Gpu, tensors: EmbedCommon & { word: Tensor<'f32'> }, sizes: EmbedSizes): void {
  const { ids, word, position, type, out } = tensors
  const kernel = withLanes({ ...embedKernel, constants: { HAS_TYPE: type ? 1 : 0 } }, sizes.cols)
  launch(gpu, kernel, { ids, word, position, types: type ?? position, out }, { ...sizes })
}

/** As `embed`, with the word table as int8 codes [V, ceil(cols / 4)] (four per word) and scales [V]. */
export function embedInt8(
  gpu: Gpu,
  tensors: EmbedCommon & { codes: Tensor<'u32'>; scales: Tensor<'f32'> },
  sizes: EmbedSizes,
): void {
  const { ids, codes, scales, position, type, out } = tensors
  const kernel = { ...embedInt8Kernel, constants: { HAS_TYPE: type ? 1 : 0 } }
  launch(gpu, kernel, { ids, codes, scales, position, types: type ?? position, out }, { ...sizes })
}

export interface Segments {
  /** Row numbers, grouped by id; rows of one id keep their order. */
  readonly order: Uint32Array<ArrayBuffer>
  /** Where each group starts in `order`, and the end of the last. */
  readonly starts: Uint32Array<ArrayBuffer>
  /** Id of each group, ascending. */
  readonly segmentIds: Uint32Array<ArrayBuffer>
}

/** Groups rows by id for `embedGrad`. */
export function sortSegments(ids: Uint32Array): Segments {
  const order = Uint32Array.from(ids.keys()).sort((a, b) => ids[a]! - ids[b]! || a - b)
  const starts: number[] = []
  const segmentIds: number[] = []
  order.forEach((row, i) => {
    if (i > 0 && ids[row] === segmentIds.at(-1)) return
    starts.push(i)
    segmentIds.push(ids[row]!)
  })
  return {
    order,
    starts: Uint32Array.from([...starts, ids.length]),
    segmentIds: Uint32Array.from(segmentIds),
  }
}

/**
 * gradWord[segmentIds[s]] = sum of gradOut rows of that id, in batch order; other rows of gradWord stay as they are
 * (the caller cleared them). gradOut [M, cols], order [M], starts [segments + 1], segmentIds [segments].
 */
export function embedGrad(
  gpu: Gpu,
  tensors: {
    gradOut: Tensor<'f32'>
    order: Tensor<'u32'>
    starts: Tensor<'u32'>
    segmentIds: Tensor<'u32'>
    gradWord: Tensor<'f32'>
  },
  sizes: { segments: number; cols: number },
): void {
  const { gradOut, order, starts, segmentIds, gradWord } = tensors
  launch(
    gpu,
    withLanes(embedGradKernel, sizes.cols),
    { grad_out: gradOut, order, starts, segment_ids: segmentIds, grad_word: gradWord },
    { ...sizes },
  )
}

/**
 * gradPosition[t] = sum over the batch of gradOut[b * tokens + t], for t < tokens; gradType[0] = the sum of those.
 * Other rows stay as they are (the caller cleared them). gradOut [batch * tokens, cols].
 */
export function positionGrad(
  gpu: Gpu,
  tensors: { gradOut: Tensor<'f32'>; gradPosition: Tensor<'f32'>; gradType?: Tensor<'f32'> },
  { batch, tokens, cols }: { batch: number; tokens: number; cols: number },
): void {
  const { gradOut, gradPosition, gradType } = tensors
  const kernel = withLanes(positionGradKernel, cols)
  // One buffer may hold both gradients, which no launch can read and write.
  const sums = gradType ? createTensor(gpu, 'f32', [tokens, cols], 'scratch') : gradPosition
  const perPosition = { rows: tokens, sources: batch, stride: tokens, cols }
  launch(gpu, kernel, { grad_out: gradOut, grad_position: sums }, perPosition)
  if (!gradType) return
  const overPositions = { rows: 1, sources: tokens, stride: 1, cols }
  launch(gpu, kernel, { grad_out: sums, grad_position: gradType }, overPositions)
  copyElements(gpu, { tensor: sums }, { tensor: gradPosition }, tokens * cols)
  release(gpu, sums)
}
