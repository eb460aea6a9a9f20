// Sums over texts of squared and absolute gate gradients, one gate per head and per neuron and text.
// A gate g = 1 multiplies a head's context or a neuron's activation; its gradient is the first-order effect of closing it.
import { headImportance } from '../../../kernels/head-importance/head-importance.ts'
import { neuronImportance } from '../../../kernels/neuron-importance/neuron-importance.ts'
import type { Gpu } from '../../../kernels/runtime/gpu.ts'
import { createTensor, read, release, type Tensor, upload, zeros } from '../../../kernels/runtime/tensor.ts'
import { randomAt } from '../base/random.ts'
import { evaluationBatches, padBatch } from '../data/batches.ts'
import { backward, type LayerGradients } from '../model/backward.ts'
import { type Batch, forward, releaseBatch, releaseSaved, uploadBatch } from '../model/forward.ts'
import type { Model } from '../model/model.ts'
import type { ImportanceScores, ScoringContext } from './criterion.ts'

const TOKENS_PER_BATCH = 1024
const OWNER = 'importance'

interface LayerSums {
  readonly heads: { squares: Tensor<'f32'>; absolutes: Tensor<'f32'> }
  readonly neurons: { squares: Tensor<'f32'>; absolutes: Tensor<'f32'> }
}

interface GradientOptions {
  readonly reduce: 'squares' | 'absolutes'
  readonly labels: 'sampled' | 'given'
}

/**
 * Per-text gate gradients of the cross-entropy, reduced over texts by `reduce`.
 * With `labels: 'sampled'` each text's label is drawn by the model's own softmax (the true Fisher information, which needs
 * no labels and does not vanish once the data is memorized); with `'given'` the data's label is used where there is one.
 */
export async function gateGradientSums(
  context: ScoringContext,
  options: GradientOptions,
): Promise<ImportanceScores> {
  const { gpu, model, ids, watch } = context
  const sums = model.spec.layers.map(({ heads, ffn }) => layerSums(gpu, heads, ffn))
  const lengths = ids.map((text) => text.length)
  let done = 0
  try {
    for (const rows of evaluationBatches(lengths, { tokensPerBatch: TOKENS_PER_BATCH })) {
      await watch.checkpoint()
      await gpu.scope(() => scoreBatch(context, { rows, sums, options }))
      done += rows.length
      watch.progress(done, ids.length, 'rows')
    }
    return await readScores(gpu, model, sums, options.reduce)
  } finally {
    for (const { heads, neurons } of sums)
      release(gpu, heads.squares, heads.absolutes, neurons.squares, neurons.absolutes)
  }
}

function layerSums(gpu: Gpu, heads: number, ffn: number): LayerSums {
  const pair = (size: number) => ({
    squares: zeros(gpu, 'f32', [size], OWNER),
    absolutes: zeros(gpu, 'f32', [size], OWNER),
  })
  return { heads: pair(heads), neurons: pair(ffn) }
}

async function scoreBatch(
  context: ScoringContext,
  { rows, sums, options }: { rows: readonly number[]; sums: readonly LayerSums[]; options: GradientOptions },
): Promise<void> {
  const { gpu, model, ids } = context
  const batch = uploadBatch(gpu, padBatch(rows.map((row) => ids[row]!)))
  const { logits, saved } = forward(gpu, model, batch, { save: true })
  const classes = model.spec.labels.length
  const values = await read(gpu, logits)
  const gradients = Float32Array.from(
    rows.flatMap((row, b) =>
      logitGradients(values.subarray(b * classes, (b + 1) * classes), { context, row, options }),
    ),
  )
  const grad = upload(gpu, 'f32', gradients, { owner: OWNER, shape: [rows.length, classes] })
  const onLayer = (layer: LayerGradients) =>
    accumulate(gpu, { batch, model, layer, sums: sums[layer.index]! })
  backward(gpu, model, { batch, saved: saved!, gradLogits: grad }, { onLayer })
  releaseSaved(gpu, saved!)
  release(gpu, logits, grad)
  releaseBatch(gpu, batch)
}

/** Gradient of a text's cross-entropy at the logits, p − onehot, times what the drawn label counts for. */
function logitGradients(
  logits: Float32Array,
  { context, row, options }: { context: ScoringContext; row: number; options: GradientOptions },
): number[] {
  const given = context.labels[row]!
  const isGiven = options.labels === 'given' && given >= 0
  const { probabilities } = softmax(logits)
  const { label, weight } = isGiven
    ? { label: given, weight: 1 }
    : drawLabel(logits, randomAt(context.seed, row))
  const scale = options.reduce === 'squares' ? Math.sqrt(weight) : weight
  return probabilities.map((probability, id) => scale * (probability - (id === label ? 1 : 0)))
}

/** Softmax in F64, and 1 − p of each class; that of the first class is a sum, so that it keeps its digits when p is nearly 1. */
function softmax(logits: ArrayLike<number>): { probabilities: number[]; rests: number[] } {
  const values = Array.from(logits)
  const first = values.indexOf(Math.max(...values))
  const weights = values.map((value) => Math.exp(value - values[first]!))
  const others = weights.reduce((sum, weight, id) => (id === first ? sum : sum + weight), 0)
  const total = others + 1
  return {
    probabilities: weights.map((weight) => weight / total),
    rests: weights.map((weight, id) => (id === first ? others : total - weight) / total),
  }
}

/**
 * A label drawn in proportion to p(1 − p), and the weight p / q that makes sums over draws those under softmax(logits).
 * Drawn by p alone, a model that is sure of itself almost always gets its first class, whose gradient nearly vanishes, and the
 * few other draws decide the ranking. The gradient of class c grows with 1 − p: drawing by p(1 − p) evens out what draws count for.
 * @param uniform in [0, 1)
 */
export function drawLabel(
  logits: ArrayLike<number>,
  uniform: number,
): { readonly label: number; readonly weight: number } {
  const { probabilities, rests } = softmax(logits)
  const shares = probabilities.map((probability, id) => probability * rests[id]!)
  const total = shares.reduce((sum, share) => sum + share, 0)
  // Certain beyond F64: every gradient is zero.
  if (total === 0) return { label: probabilities.indexOf(Math.max(...probabilities)), weight: 1 }
  let left = uniform * total
  let label = shares.findLastIndex((share) => share > 0)
  for (const [id, share] of shares.entries()) {
    left -= share
    if (left >= 0) continue
    label = id
    break
  }
  return { label, weight: total / rests[label]! }
}

function accumulate(
  gpu: Gpu,
  { batch, model, layer, sums }: { batch: Batch; model: Model; layer: LayerGradients; sums: LayerSums },
): void {
  const { heads, ffn } = model.spec.layers[layer.index]!
  const { batch: texts, tokens } = batch
  const headGradients = createTensor(gpu, 'f32', [texts, heads], OWNER)
  const neuronGradients = createTensor(gpu, 'f32', [texts, ffn], OWNER)
  headImportance(
    gpu,
    { delta: layer.delta, gateGradients: headGradients, ...sums.heads },
    { batch: texts, tokens, heads },
  )
  neuronImportance(
    gpu,
    {
      activation: layer.activation,
      gradient: layer.gradActivation,
      gateGradients: neuronGradients,
      ...sums.neurons,
    },
    { batch: texts, tokens, neurons: ffn },
  )
  release(gpu, headGradients, neuronGradients)
}

async function readScores(
  gpu: Gpu,
  model: Model,
  sums: readonly LayerSums[],
  reduce: 'squares' | 'absolutes',
): Promise<ImportanceScores> {
  const heads: Float64Array[] = []
  const neurons: Float64Array[] = []
  for (const [index, layer] of model.spec.layers.entries()) {
    const sum = sums[index]!
    heads.push(layer.heads > 0 ? Float64Array.from(await read(gpu, sum.heads[reduce])) : new Float64Array())
    neurons.push(layer.ffn > 0 ? Float64Array.from(await read(gpu, sum.neurons[reduce])) : new Float64Array())
  }
  return { heads, neurons }
}
