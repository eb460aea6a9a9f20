// Forward pass of an encoder classifier (BERT family, post-norm), and what backward needs of it.
import { relu, tanhForward } from '../../../kernels/activation/activation.ts'
import { attentionForward } from '../../../kernels/attention/attention.ts'
import { embed, embedInt8 } from '../../../kernels/embedding/embedding.ts'
import { gatherRows } from '../../../kernels/gather/gather.ts'
import { layerNorm, layerNormInt8, suitsLayerNormInt8 } from '../../../kernels/layernorm/layernorm.ts'
import type { Gpu } from '../../../kernels/runtime/gpu.ts'
import { createTensor, release, type Tensor, upload } from '../../../kernels/runtime/tensor.ts'
import { type ActivationCodes, createCodes, linear, readsCodes } from './linear.ts'
import { denseOf, type Model, weightOf } from './model.ts'
import type { Role } from './spec.ts'

/** A padded batch on the GPU. B texts of T tokens; padding is on the right. */
export interface Batch {
  /** [B · T] */
  readonly ids: Tensor<'u32'>
  /** 1 for a token, 0 for padding: [B, T] */
  readonly mask: Tensor<'u32'>
  /** Row of each text's first token: [B] */
  readonly firstTokens: Tensor<'u32'>
  readonly batch: number
  readonly tokens: number
}

/** A layer normalization's input and its mean and 1/std per row. */
export interface NormSaved {
  /** [M, hidden], M = B · T */
  readonly input: Tensor<'f32'>
  /** [M, 2] */
  readonly stats: Tensor<'f32'>
}

/** Activations of one layer that backward reads. */
export interface LayerSaved {
  /** Layer input [M, hidden]: the previous layer's output, owned by it. */
  readonly input: Tensor<'f32'>
  readonly qkv: Tensor<'f32'>
  /** Context of all heads [M, heads · headSize]. */
  readonly context: Tensor<'f32'>
  readonly logSumExp: Tensor<'f32'>
  readonly attentionNorm: NormSaved
  /** [M, hidden] */
  readonly attended: Tensor<'f32'>
  /** [M, ffn], before and after the activation; the former is absent where nobody goes back, but for ReLU. */
  readonly preactivation?: Tensor<'f32'> | undefined
  readonly activation: Tensor<'f32'>
  readonly ffnNorm: NormSaved
  /** Layer output [M, hidden]. */
  readonly output: Tensor<'f32'>
}

export interface Saved {
  readonly embeddingNorm: NormSaved
  readonly embedded: Tensor<'f32'>
  readonly layers: readonly LayerSaved[]
  /** First tokens [B, hidden] and the pooler's output before and after its activation. */
  readonly firstTokens: Tensor<'f32'>
  readonly poolerInput: Tensor<'f32'>
  readonly pooled: Tensor<'f32'>
}

export interface ForwardResult {
  /** [B, labels] */
  readonly logits: Tensor<'f32'>
  /** Outputs of the layers asked for, by layer number: [M, hidden] each. */
  readonly hidden: ReadonlyMap<number, Tensor<'f32'>>
  readonly saved?: Saved
}

const OWNER = 'activations'

/** Uploads a padded batch; release with `releaseBatch`. */
export function uploadBatch(
  gpu: Gpu,
  {
    ids,
    mask,
    batch,
    tokens,
  }: { ids: Uint32Array<ArrayBuffer>; mask: Uint32Array<ArrayBuffer>; batch: number; tokens: number },
): Batch {
  const firstTokens = Uint32Array.from({ length: batch }, (_, b) => b * tokens)
  return {
    ids: upload(gpu, 'u32', ids, { owner: OWNER }),
    mask: upload(gpu, 'u32', mask, { owner: OWNER, shape: [batch, tokens] }),
    firstTokens: upload(gpu, 'u32', firstTokens, { owner: OWNER }),
    batch,
    tokens,
  }
}

export function releaseBatch(gpu: Gpu, batch: Batch): void {
  release(gpu, batch.ids, batch.mask, batch.firstTokens)
}

/**
 * Logits of a batch. `hidden` names layers whose outputs are wanted; `save` keeps what backward needs.
 * The caller releases `logits` and `hidden` (or `saved` through `releaseSaved`, which owns the hidden states then).
 */
export function forward(
  gpu: Gpu,
  model: Model,
  batch: Batch,
  options: { hidden?: readonly number[]; save?: boolean } = {},
): ForwardResult {
  const wanted = new Set(options.hidden ?? [])
  const hidden = new Map<number, Tensor<'f32'>>()
  const layers: LayerSaved[] = []
  const { codes: firstCodes, ...embedding } = embedTokens(gpu, model, batch)
  let x = embedding.embedded
  let codes = firstCodes
  model.spec.layers.forEach((_, index) => {
    const input = { x, codes }
    const { codes: next, ...layer } = encoderLayer(gpu, model, batch, {
      index,
      input,
      save: options.save ?? false,
    })
    releaseCodes(gpu, codes)
    codes = next
    if (options.save) layers.push(layer)
    else releaseLayer(gpu, layer)
    const isInputKept = options.save || (index > 0 && wanted.has(index - 1))
    if (!isInputKept) release(gpu, x)
    if (wanted.has(index)) hidden.set(index, layer.output)
    x = layer.output
  })
  const head = classify(gpu, model, batch, x)
  if (!options.save) {
    releaseNorm(gpu, embedding.embeddingNorm)
    release(gpu, head.firstTokens, head.poolerInput, head.pooled)
    const last = model.spec.layers.length - 1
    if (!wanted.has(last)) release(gpu, x)
    return { logits: head.logits, hidden }
  }
  const { logits, ...pooling } = head
  return { logits, hidden, saved: { ...embedding, layers, ...pooling } }
}

/** Releases everything that a saved forward pass holds, hidden states included. */
export function releaseSaved(gpu: Gpu, saved: Saved): void {
  releaseNorm(gpu, saved.embeddingNorm)
  release(gpu, saved.embedded, saved.firstTokens, saved.poolerInput, saved.pooled)
  for (const layer of saved.layers) {
    releaseLayer(gpu, layer)
    release(gpu, layer.output)
  }
}

function releaseNorm(gpu: Gpu, { input, stats }: NormSaved): void {
  release(gpu, input, stats)
}

/** Releases a layer's inner activations; its input and output belong to its neighbors. */
function releaseLayer(gpu: Gpu, layer: LayerSaved): void {
  release(
    gpu,
    layer.qkv,
    layer.context,
    layer.logSumExp,
    layer.attended,
    layer.preactivation,
    layer.activation,
  )
  releaseNorm(gpu, layer.attentionNorm)
  releaseNorm(gpu, layer.ffnNorm)
}

function releaseCodes(gpu: Gpu, given: ActivationCodes | undefined): void {
  release(gpu, given?.codes, given?.scales)
}

/** The layer that reads the output of the layers before layer `index`, if there is one. */
const readerOf = ({ spec }: Model, index: number) =>
  index < spec.layers.length ? `layers.${index}.qkv` : undefined

function embedTokens(gpu: Gpu, model: Model, { ids, batch, tokens }: Batch) {
  const { hidden, tokenTypes } = model.spec
  const rows = batch * tokens
  const sum = createTensor(gpu, 'f32', [rows, hidden], OWNER)
  const position = denseOf(model, 'embeddings.position')
  const tables = { position, ...(tokenTypes > 0 ? { type: denseOf(model, 'embeddings.type') } : {}) }
  const word = weightOf(model, 'embeddings.word')
  const sizes = { rows, tokens, cols: hidden }
  if (word.kind === 'dense') embed(gpu, { ids, word: word.tensor, ...tables, out: sum }, sizes)
  else embedInt8(gpu, { ids, codes: word.codes, scales: word.scales, ...tables, out: sum }, sizes)
  const { out, codes, ...embeddingNorm } = normalize(
    gpu,
    model,
    { name: 'embeddings.norm', reader: readerOf(model, 0) },
    sum,
  )
  return { embedded: out, embeddingNorm, codes }
}

/**
 * Layer normalization of `input` with the weights named; `input` is kept for backward. With the codes of the result where the layer that
 * reads it wants them.
 */
function normalize(
  gpu: Gpu,
  model: Model,
  { name, reader }: { name: string; reader: string | undefined },
  input: Tensor<'f32'>,
) {
  const [rows = 0, cols = 0] = input.shape
  const out = createTensor(gpu, 'f32', input.shape, OWNER)
  const stats = createTensor(gpu, 'f32', [rows, 2], OWNER)
  const gamma = denseOf(model, `${name}.weight` as Role)
  const beta = denseOf(model, `${name}.bias` as Role)
  const tensors = { x: input, gamma, beta, out, stats }
  const sizes = { rows, cols, epsilon: model.spec.layerNormEpsilon }
  const isCoded = reader !== undefined && readsCodes(model, reader) && suitsLayerNormInt8(cols)
  const codes = isCoded ? createCodes(gpu, rows, cols) : undefined
  if (codes) layerNormInt8(gpu, { ...tensors, ...codes }, sizes)
  else layerNorm(gpu, tensors, sizes)
  return { input, stats, out, codes }
}

function encoderLayer(
  gpu: Gpu,
  model: Model,
  batch: Batch,
  {
    index,
    input: { x: input, codes },
    save,
  }: {
    index: number
    input: { x: Tensor<'f32'>; codes: ActivationCodes | undefined }
    save: boolean
  },
): LayerSaved & { codes: ActivationCodes | undefined } {
  const { hidden, headSize, layers } = model.spec
  const { heads } = layers[index]!
  const rows = batch.batch * batch.tokens
  const tensor = (...shape: number[]) => createTensor(gpu, 'f32', shape, OWNER)
  const name = `layers.${index}`
  const qkv = tensor(rows, 3 * heads * headSize)
  linear(gpu, model, `${name}.qkv`, { x: input, codes, out: qkv, rows })
  const context = tensor(rows, heads * headSize)
  const logSumExp = tensor(batch.batch, heads, batch.tokens)
  const { mask, batch: texts, tokens } = batch
  attentionForward(gpu, { qkv, mask, out: context, logSumExp }, { batch: texts, tokens, heads, headSize })
  const attentionSum = tensor(rows, hidden)
  linear(gpu, model, `${name}.attention_output`, { x: context, out: attentionSum, residual: input, rows })
  const toFfn = { name: `${name}.attention_norm`, reader: `${name}.ffn_up` }
  const { out: attended, codes: attendedCodes, ...attentionNorm } = normalize(gpu, model, toFfn, attentionSum)
  const up = { index, x: attended, codes: attendedCodes, rows, save }
  const { preactivation, activation } = feedForwardUp(gpu, model, up)
  releaseCodes(gpu, attendedCodes)
  const ffnSum = tensor(rows, hidden)
  linear(gpu, model, `${name}.ffn_down`, { x: activation, out: ffnSum, residual: attended, rows })
  const toNext = { name: `${name}.ffn_norm`, reader: readerOf(model, index + 1) }
  const { out: output, codes: outputCodes, ...ffnNorm } = normalize(gpu, model, toNext, ffnSum)
  return {
    input,
    qkv,
    context,
    logSumExp,
    attentionNorm,
    attended,
    preactivation,
    activation,
    ffnNorm,
    output,
    codes: outputCodes,
  }
}

/** activation = act(x Wᵀ + b) [rows, ffn], with the value before the activation where `save` asks for it. */
function feedForwardUp(
  gpu: Gpu,
  model: Model,
  {
    index,
    save,
    ...input
  }: {
    index: number
    x: Tensor<'f32'>
    codes: ActivationCodes | undefined
    rows: number
    save: boolean
  },
) {
  const { layers, activation: kind } = model.spec
  const name = `layers.${index}.ffn_up`
  const shape = [input.rows, layers[index]!.ffn]
  const isKept = save || kind === 'relu'
  const preactivation = isKept ? createTensor(gpu, 'f32', shape, OWNER) : undefined
  const activation = createTensor(gpu, 'f32', shape, OWNER)
  if (kind === 'relu') {
    linear(gpu, model, name, { ...input, out: preactivation! })
    relu(gpu, { x: preactivation!, out: activation }, { count: shape[0]! * shape[1]! })
  } else {
    const gelu = kind === 'gelu' ? 'exact' : 'tanh'
    linear(gpu, model, name, { ...input, out: activation, gelu, ...(preactivation ? { preactivation } : {}) })
  }
  return { preactivation, activation }
}

function classify(gpu: Gpu, model: Model, batch: Batch, x: Tensor<'f32'>) {
  const { hidden, labels, poolerActivation } = model.spec
  const rows = batch.batch
  const tensor = (cols: number) => createTensor(gpu, 'f32', [rows, cols], OWNER)
  const firstTokens = tensor(hidden)
  gatherRows(gpu, { x, indices: batch.firstTokens, out: firstTokens }, { rows, cols: hidden })
  const poolerInput = tensor(hidden)
  linear(gpu, model, 'pooler', { x: firstTokens, out: poolerInput, rows })
  const pooled = tensor(hidden)
  const activate = poolerActivation === 'tanh' ? tanhForward : relu
  activate(gpu, { x: poolerInput, out: pooled }, { count: rows * hidden })
  const logits = tensor(labels.length)
  linear(gpu, model, 'classifier', { x: pooled, out: logits, rows })
  return { firstTokens, poolerInput, pooled, logits }
}
