// Sums over texts of squared and absolute gate gradients, one gate per head and per neuron and text.
// A gate g = 1 multiplies a head's context or a neuron's activation; its gradient is the first-order effect of closing it.
import { crossEntropy } from '../../../kernels/cross-entropy/cross-entropy.ts'
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

/**
 * Per-text gate gradients of the cross-entropy, reduced over texts by `reduce`.
 * With `labels: 'sampled'` each text's label is drawn from the model's own softmax (the true Fisher information, which needs
 * no labels and does not vanish once the data is memorized); with `'given'` the data's label is used where there is one.
 */
export async function gateGradientSums(
  context: ScoringContext,
  options: { reduce: 'squares' | 'absolutes'; labels: 'sampled' | 'given' },
): Promise<ImportanceScores> {
  const { gpu, model, ids, watch } = context
  const sums = model.spec.layers.map(({ heads, ffn }) => layerSums(gpu, heads, ffn))
  const lengths = ids.map((text) => text.length)
  let done = 0
  try {
    for (const rows of evaluationBatches(lengths, { tokensPerBatch: TOKENS_PER_BATCH })) {
      await watch.checkpoint()
      await gpu.scope(() => scoreBatch(context, { rows, sums, labels: options.labels }))
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
  {
    rows,
    sums,
    labels,
  }: { rows: readonly number[]; sums: readonly LayerSums[]; labels: 'sampled' | 'given' },
): Promise<void> {
  const { gpu, model, ids } = context
  const batch = uploadBatch(gpu, padBatch(rows.map((row) => ids[row]!)))
  const { logits, saved } = forward(gpu, model, batch, { save: true })
  const classes = model.spec.labels.length
  const values = await read(gpu, logits)
  const targets = rows.map((row, b) => {
    const given = context.labels[row]!
    if (labels === 'given' && given >= 0) return given
    return sampleLabel(values.subarray(b * classes, (b + 1) * classes), randomAt(context.seed, row))
  })
  const labelTensor = upload(gpu, 'i32', Int32Array.from(targets), { owner: OWNER })
  const loss = createTensor(gpu, 'f32', [rows.length], OWNER)
  const grad = createTensor(gpu, 'f32', [rows.length, classes], OWNER)
  crossEntropy(
    gpu,
    { logits, labels: labelTensor, loss, grad },
    { rows: rows.length, classes, scale: 1, accumulate: 0 },
  )
  const onLayer = (layer: LayerGradients) =>
    accumulate(gpu, { batch, model, layer, sums: sums[layer.index]! })
  backward(gpu, model, { batch, saved: saved!, gradLogits: grad }, { onLayer })
  releaseSaved(gpu, saved!)
  release(gpu, logits, labelTensor, loss, grad)
  releaseBatch(gpu, batch)
}

/** Index drawn from softmax(logits) by a uniform value in [0, 1). */
export function sampleLabel(logits: ArrayLike<number>, uniform: number): number {
  const values = Array.from(logits)
  const largest = Math.max(...values)
  const weights = values.map((value) => Math.exp(value - largest))
  let left = uniform * weights.reduce((sum, weight) => sum + weight, 0)
  for (let i = 0; i < weights.length; i++) {
    left -= weights[i]!
    if (left < 0) return i
  }
  return weights.length - 1
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
