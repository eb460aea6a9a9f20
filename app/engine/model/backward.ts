// Backward pass of an encoder classifier: gradients of every weight, or only what importance scores need.
import { reluGrad, tanhGrad } from '../../../kernels/activation/activation.ts'
import { attentionBackward } from '../../../kernels/attention/attention.ts'
import { embedGrad, positionGrad, sortSegments } from '../../../kernels/embedding/embedding.ts'
import { scatterRows } from '../../../kernels/gather/gather.ts'
import { geluGrad } from '../../../kernels/gelu/gelu.ts'
import { layerNormGrad } from '../../../kernels/layernorm/layernorm.ts'
import { matmul } from '../../../kernels/matmul/matmul.ts'
import type { Gpu } from '../../../kernels/runtime/gpu.ts'
import { createTensor, release, type Tensor, upload, zeros } from '../../../kernels/runtime/tensor.ts'
import type { Batch, LayerSaved, NormSaved, Saved } from './forward.ts'
import { denseOf, type Model } from './model.ts'
import type { Role } from './spec.ts'

/** A gradient tensor for every weight, of the weight's shape. */
export type Gradients = ReadonlyMap<Role, Tensor<'f32'>>

/** What a layer's backward pass shows to importance criteria, before it is released. */
export interface LayerGradients {
  readonly index: number
  /** dO · O per text, head and token [B, heads, T]; its sum over tokens is the gradient of a factor 1 on the head's output. */
  readonly delta: Tensor<'f32'>
  /** Post-activation neurons and their gradients [M, ffn]. */
  readonly activation: Tensor<'f32'>
  readonly gradActivation: Tensor<'f32'>
}

export interface BackwardOptions {
  /** Receives weight gradients, overwritten. Absent: none are computed. */
  readonly gradients?: Gradients
  /** Token ids on the CPU, for the word table's gradient. Needed with `gradients`. */
  readonly ids?: Uint32Array<ArrayBuffer>
  /** Adds a loss's gradient to that of a layer's output [M, hidden]. */
  readonly addOutputGradient?: (index: number, gradOutput: Tensor<'f32'>) => void
  readonly onLayer?: (layer: LayerGradients) => void
}

const OWNER = 'gradient activations'

/** Goes back from the gradient of the logits [B, labels]. The saved activations stay with the caller. */
export function backward(
  gpu: Gpu,
  model: Model,
  pass: { batch: Batch; saved: Saved; gradLogits: Tensor<'f32'> },
  options: BackwardOptions,
): void {
  const { batch, saved } = pass
  const context: Context = { gpu, model, batch, options }
  const { layers } = model.spec
  let grad = headBackward(context, saved, pass.gradLogits)
  for (let index = layers.length - 1; index >= 0; index--) {
    options.addOutputGradient?.(index, grad)
    const gradInput = layerBackward(context, { index, layer: saved.layers[index]!, gradOutput: grad })
    release(gpu, grad)
    grad = gradInput
  }
  if (options.gradients) embeddingBackward(context, saved, grad)
  release(gpu, grad)
}

interface Context {
  readonly gpu: Gpu
  readonly model: Model
  readonly batch: Batch
  readonly options: BackwardOptions
}

interface LinearPass {
  /** [rows, in] */
  readonly x: Tensor<'f32'>
  /** [rows, out] */
  readonly gradY: Tensor<'f32'>
  /** [rows, in], added to the result. */
  readonly residual?: Tensor<'f32'>
  /** [rows, in]: x is the model's GELU of this, and the result its gradient. */
  readonly slopeAt?: Tensor<'f32'>
}

const geluOf = (model: Model) => (model.spec.activation === 'gelu' ? 'exact' : 'tanh')

/**
 * Gradients of y = x Wᵀ + b: dW = dYᵀ x, db = column sums of dY (beside dW), and dX = dY W [rows, in], with an epilogue if
 * `residual` or `slopeAt` is given.
 */
function linearBackward(
  { gpu, model, options }: Context,
  name: string,
  { x, gradY, residual, slopeAt }: LinearPass,
): Tensor<'f32'> {
  const weight = denseOf(model, `${name}.weight` as Role)
  const [out = 0, inner = 0] = weight.shape
  const rows = x.shape[0]!
  const gradWeight = options.gradients?.get(`${name}.weight` as Role)
  const gradBias = options.gradients?.get(`${name}.bias` as Role)
  if (gradWeight)
    matmul(
      gpu,
      { a: gradY, b: x, out: gradWeight, sums: gradBias },
      { form: 'TN', rows: out, cols: inner, inner: rows },
    )
  const gradX = createTensor(gpu, 'f32', [rows, inner], OWNER)
  matmul(
    gpu,
    { a: gradY, b: weight, out: gradX, residual, slopeAt },
    { form: 'NN', rows, cols: inner, inner: out, gelu: slopeAt && geluOf(model) },
  )
  return gradX
}

function normBackward(
  { gpu, model, options }: Context,
  name: string,
  { input, stats }: NormSaved,
  gradOut: Tensor<'f32'>,
): Tensor<'f32'> {
  const [rows = 0, cols = 0] = input.shape
  const gradX = createTensor(gpu, 'f32', [rows, cols], OWNER)
  const own = options.gradients ? [] : [0, 1].map(() => createTensor(gpu, 'f32', [cols], OWNER))
  const gradGamma = options.gradients?.get(`${name}.weight` as Role) ?? own[0]!
  const gradBeta = options.gradients?.get(`${name}.bias` as Role) ?? own[1]!
  const gamma = denseOf(model, `${name}.weight` as Role)
  layerNormGrad(gpu, { x: input, stats, gamma, gradOut, gradX, gradGamma, gradBeta }, { rows, cols })
  release(gpu, ...own)
  return gradX
}

/** From the logits to the last layer's output: zero but for the first token of each text. [M, hidden] */
function headBackward(context: Context, saved: Saved, gradLogits: Tensor<'f32'>): Tensor<'f32'> {
  const { gpu, model, batch } = context
  const { hidden, poolerActivation } = model.spec
  const count = batch.batch * hidden
  const gradPooled = linearBackward(context, 'classifier', { x: saved.pooled, gradY: gradLogits })
  const gradInput = createTensor(gpu, 'f32', [batch.batch, hidden], OWNER)
  if (poolerActivation === 'tanh')
    tanhGrad(gpu, { y: saved.pooled, gradOut: gradPooled, out: gradInput }, { count })
  else reluGrad(gpu, { x: saved.poolerInput, gradOut: gradPooled, out: gradInput }, { count })
  const gradFirst = linearBackward(context, 'pooler', { x: saved.firstTokens, gradY: gradInput })
  const grad = zeros(gpu, 'f32', [batch.batch * batch.tokens, hidden], OWNER)
  scatterRows(
    gpu,
    { x: gradFirst, indices: batch.firstTokens, out: grad },
    { rows: batch.batch, cols: hidden },
  )
  release(gpu, gradPooled, gradInput, gradFirst)
  return grad
}

interface LayerPass {
  readonly index: number
  readonly layer: LayerSaved
  readonly gradOutput: Tensor<'f32'>
}

/** Gradient of the layer's input [M, hidden]. */
function layerBackward(context: Context, { index, layer, gradOutput }: LayerPass): Tensor<'f32'> {
  const { gpu, options } = context
  const name = `layers.${index}`
  const gradFfnSum = normBackward(context, `${name}.ffn_norm`, layer.ffnNorm, gradOutput)
  const { gradPre, gradActivation } = feedForwardBackward(context, { index, layer, gradOutput: gradFfnSum })
  const gradAttended = linearBackward(context, `${name}.ffn_up`, {
    x: layer.attended,
    gradY: gradPre,
    residual: gradFfnSum,
  })
  release(gpu, gradPre, gradFfnSum)
  const gradSum = normBackward(context, `${name}.attention_norm`, layer.attentionNorm, gradAttended)
  release(gpu, gradAttended)
  const gradContext = linearBackward(context, `${name}.attention_output`, {
    x: layer.context,
    gradY: gradSum,
  })
  const { gradQkv, delta } = attentionGradients(context, { index, layer, gradContext })
  release(gpu, gradContext)
  if (gradActivation) options.onLayer?.({ index, delta, activation: layer.activation, gradActivation })
  release(gpu, gradActivation, delta)
  const gradInput = linearBackward(context, `${name}.qkv`, {
    x: layer.input,
    gradY: gradQkv,
    residual: gradSum,
  })
  release(gpu, gradQkv, gradSum)
  return gradInput
}

/**
 * Back through the second product and the activation, to the gradient of the value before it [M, ffn]. GELU's slope is that product's
 * epilogue; only where somebody observes the gradient of the value after it, that one is made and returned too.
 */
function feedForwardBackward(
  context: Context,
  { index, layer, gradOutput }: LayerPass,
): { gradPre: Tensor<'f32'>; gradActivation?: Tensor<'f32'> } {
  const { gpu, model, options } = context
  const name = `layers.${index}.ffn_down`
  const pass = { x: layer.activation, gradY: gradOutput }
  const slopeAt = layer.preactivation!
  if (model.spec.activation !== 'relu' && !options.onLayer)
    return { gradPre: linearBackward(context, name, { ...pass, slopeAt }) }
  const gradActivation = linearBackward(context, name, pass)
  const gradPre = activationBackward(context, slopeAt, gradActivation)
  if (options.onLayer) return { gradPre, gradActivation }
  release(gpu, gradActivation)
  return { gradPre }
}

function activationBackward(
  { gpu, model }: Context,
  preactivation: Tensor<'f32'>,
  gradOut: Tensor<'f32'>,
): Tensor<'f32'> {
  const [rows = 0, cols = 0] = preactivation.shape
  const out = createTensor(gpu, 'f32', [rows, cols], OWNER)
  const tensors = { x: preactivation, gradOut, out }
  if (model.spec.activation === 'relu') reluGrad(gpu, tensors, { count: rows * cols })
  else geluGrad(gpu, tensors, { count: rows * cols, form: geluOf(model) })
  return out
}

function attentionGradients(
  { gpu, model, batch }: Context,
  { index, layer, gradContext }: Omit<LayerPass, 'gradOutput'> & { gradContext: Tensor<'f32'> },
) {
  const { headSize, layers } = model.spec
  const { heads } = layers[index]!
  const gradQkv = createTensor(gpu, 'f32', layer.qkv.shape, OWNER)
  const delta = createTensor(gpu, 'f32', layer.logSumExp.shape, OWNER)
  const { qkv, context: out, logSumExp } = layer
  attentionBackward(
    gpu,
    { qkv, mask: batch.mask, out, gradOut: gradContext, logSumExp, delta, gradQkv },
    { batch: batch.batch, tokens: batch.tokens, heads, headSize },
  )
  return { gradQkv, delta }
}

/** Gradients of the three embedding tables. Rows that the batch does not use become zero. */
function embeddingBackward(context: Context, saved: Saved, gradOut: Tensor<'f32'>): void {
  const { gpu, model, batch, options } = context
  const gradients = options.gradients!
  const cols = model.spec.hidden
  const gradSum = normBackward(context, 'embeddings.norm', saved.embeddingNorm, gradOut)
  const gradWord = gradients.get('embeddings.word')!
  const gradPosition = gradients.get('embeddings.position')!
  const gradType = gradients.get('embeddings.type')
  for (const table of [gradWord, gradPosition, gradType])
    if (table) gpu.clear(table.buffer, table.offset, table.shape[0]! * cols * 4)
  const { order, starts, segmentIds } = sortSegments(options.ids!)
  const uploaded = [order, starts, segmentIds].map((words) => upload(gpu, 'u32', words, { owner: OWNER }))
  const [orderTensor, startsTensor, idsTensor] = uploaded
  embedGrad(
    gpu,
    {
      gradOut: gradSum,
      order: orderTensor!,
      starts: startsTensor!,
      segmentIds: idsTensor!,
      gradWord,
    },
    { segments: segmentIds.length, cols },
  )
  positionGrad(
    gpu,
    { gradOut: gradSum, gradPosition, ...(gradType ? { gradType } : {}) },
    { batch: batch.batch, tokens: batch.tokens, cols },
  )
  release(gpu, gradSum, ...uploaded)
}
