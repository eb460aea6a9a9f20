// Checks of the encoder's other kernels, forward and backward; a backward check starts from reference values of the forward pass.
import { relu, reluGrad, tanhForward, tanhGrad } from '../../../kernels/activation/activation.ts'
import { attentionGradReference, attentionReference } from '../../../kernels/attention/attention.ref.ts'
import { attentionBackward, attentionForward } from '../../../kernels/attention/attention.ts'
import { embedGradReference, embedReference } from '../../../kernels/embedding/embedding.ref.ts'
import {
  embed,
  embedGrad,
  embedInt8,
  positionGrad,
  sortSegments,
} from '../../../kernels/embedding/embedding.ts'
import { geluGradReference, geluReference } from '../../../kernels/gelu/gelu.ref.ts'
import { type GeluForm, gelu, geluGrad } from '../../../kernels/gelu/gelu.ts'
import { layerNormGradReference, layerNormReference } from '../../../kernels/layernorm/layernorm.ref.ts'
import { layerNorm, layerNormGrad, layerNormInt8 } from '../../../kernels/layernorm/layernorm.ts'
import { quantizeReference, roundHalfEven } from '../../../kernels/quantize/quantize.ref.ts'
import { type Bench, type Check, randomFloats, randomIntegers } from './bench.ts'

const COUNT = 37
/** Both signs, both tails. */
const activationInputs = () => randomFloats(COUNT, 1).map((value) => 4 * value)

function geluForward(bench: Bench, form: GeluForm): void {
  const x = activationInputs()
  const out = bench.floatsOf(Array.from(x, (value) => geluReference(value, form)))
  gelu(bench.gpu, { x: bench.floats(x), out }, { count: COUNT, form })
}

function geluBackward(bench: Bench, form: GeluForm): void {
  const [x, gradOut] = [activationInputs(), randomFloats(COUNT, 2)]
  const out = bench.floatsOf(Array.from(x, (value, i) => gradOut[i]! * geluGradReference(value, form)))
  geluGrad(bench.gpu, { x: bench.floats(x), gradOut: bench.floats(gradOut), out }, { count: COUNT, form })
}

function reluBoth(bench: Bench): void {
  const [x, gradOut] = [activationInputs(), randomFloats(COUNT, 2)]
  const input = bench.floats(x)
  const count = COUNT
  relu(bench.gpu, { x: input, out: bench.floatsOf(x.map((value) => Math.max(0, value))) }, { count })
  const out = bench.floatsOf(gradOut.map((value, i) => (x[i]! > 0 ? value : 0)))
  reluGrad(bench.gpu, { x: input, gradOut: bench.floats(gradOut), out }, { count })
}

function tanhBoth(bench: Bench): void {
  const [x, gradOut] = [activationInputs(), randomFloats(COUNT, 2)]
  const y = x.map(Math.tanh)
  tanhForward(bench.gpu, { x: bench.floats(x), out: bench.floatsOf(y) }, { count: COUNT })
  const out = bench.floatsOf(gradOut.map((value, i) => value * (1 - y[i]! ** 2)))
  tanhGrad(bench.gpu, { y: bench.floats(y), gradOut: bench.floats(gradOut), out }, { count: COUNT })
}

const NORM = { rows: 5, cols: 12, epsilon: 1e-5 }
const normInputs = () => ({
  x: randomFloats(NORM.rows * NORM.cols, 3),
  gamma: randomFloats(NORM.cols, 4),
  beta: randomFloats(NORM.cols, 5),
  ...NORM,
})

function normTensors(bench: Bench) {
  const { x, gamma, beta, ...sizes } = normInputs()
  const { out, stats } = layerNormReference({ x, gamma, beta, ...sizes })
  return {
    x: bench.floats(x),
    gamma: bench.floats(gamma),
    beta: bench.floats(beta),
    out: bench.floatsOf(out),
    stats: bench.floatsOf(stats),
  }
}

const normForward = (bench: Bench): void => layerNorm(bench.gpu, normTensors(bench), NORM)

/** No value lies so near the middle between two codes that rounding could decide. */
function normWithCodes(bench: Bench): void {
  const { rows, cols } = NORM
  const { out } = layerNormReference(normInputs())
  const { scales, quotients } = quantizeReference(out, { rows, cols, group: cols, levels: 127 })
  const words = new Uint32Array(Int8Array.from(quotients, roundHalfEven).buffer)
  const written = { codes: bench.wordsOf(words), scales: bench.floatsOf(scales) }
  layerNormInt8(bench.gpu, { ...normTensors(bench), ...written }, NORM)
}

function normBackward(bench: Bench): void {
  const inputs = normInputs()
  const gradOut = randomFloats(NORM.rows * NORM.cols, 6)
  const residualGrad = randomFloats(NORM.rows * NORM.cols, 7)
  const expected = layerNormGradReference(inputs, gradOut)
  layerNormGrad(
    bench.gpu,
    {
      x: bench.floats(inputs.x),
      stats: bench.floats(layerNormReference(inputs).stats),
      gamma: bench.floats(inputs.gamma),
      gradOut: bench.floats(gradOut),
      residualGrad: bench.floats(residualGrad),
      gradX: bench.floatsOf(expected.gradX.map((value, i) => value + residualGrad[i]!)),
      gradGamma: bench.floatsOf(expected.gradGamma),
      gradBeta: bench.floatsOf(expected.gradBeta),
    },
    NORM,
  )
}

/** Of long texts there are tiles enough for lanes to share their loads, where the adapter can. */
const ATTENTION = {
  short: { batch: 2, tokens: 7, heads: 2, headSize: 4 },
  long: { batch: 2, tokens: 45, heads: 2, headSize: 4 },
}

function attentionInputs(texts: keyof typeof ATTENTION) {
  const size = ATTENTION[texts]
  const context = size.batch * size.tokens * size.heads * size.headSize
  // The second text is padded after its fifth token.
  const mask = Array.from({ length: 2 * size.tokens }, (_, i) => (i < size.tokens + 5 ? 1 : 0))
  return { qkv: randomFloats(3 * context, 8), gradOut: randomFloats(context, 9), mask, ...size }
}

function attentionOnce(bench: Bench, texts: keyof typeof ATTENTION): void {
  const inputs = attentionInputs(texts)
  const { out, logSumExp } = attentionReference(inputs)
  attentionForward(
    bench.gpu,
    {
      qkv: bench.floats(inputs.qkv),
      mask: bench.words(inputs.mask),
      out: bench.floatsOf(out),
      logSumExp: bench.floatsOf(logSumExp),
    },
    ATTENTION[texts],
  )
}

/** delta[b, h, t] = sum over the head's columns of gradOut · out. */
function deltaOf(
  { batch, tokens, heads, headSize, gradOut }: ReturnType<typeof attentionInputs>,
  out: ArrayLike<number>,
): number[] {
  const delta = Array<number>(batch * heads * tokens).fill(0)
  for (let i = 0; i < gradOut.length; i++) {
    const h = Math.floor(i / headSize) % heads
    const row = Math.floor(i / (headSize * heads))
    delta[(Math.floor(row / tokens) * heads + h) * tokens + (row % tokens)]! += out[i]! * gradOut[i]!
  }
  return delta
}

function attentionGrad(bench: Bench, texts: keyof typeof ATTENTION): void {
  const inputs = attentionInputs(texts)
  const { out, logSumExp } = attentionReference(inputs)
  attentionBackward(
    bench.gpu,
    {
      qkv: bench.floats(inputs.qkv),
      mask: bench.words(inputs.mask),
      out: bench.floats(out),
      logSumExp: bench.floats(logSumExp),
      gradOut: bench.floats(inputs.gradOut),
      delta: bench.floatsOf(deltaOf(inputs, out)),
      gradQkv: bench.floatsOf(attentionGradReference(inputs, inputs.gradOut).gradQkv),
    },
    ATTENTION[texts],
  )
}

const EMBEDDING = { tokens: 4, cols: 8, rows: 12 }
const VOCABULARY = 6
const ids = () => Uint32Array.from(randomIntegers(EMBEDDING.rows, 10, [0, VOCABULARY - 2]))
const tables = () => ({ position: randomFloats(5 * 8, 11), type: randomFloats(2 * 8, 12) })

function embedFloats(bench: Bench): void {
  const word = randomFloats(VOCABULARY * 8, 13)
  const inputs = { ids: ids(), word, ...tables() }
  embed(
    bench.gpu,
    {
      ids: bench.words(inputs.ids),
      word: bench.floats(word),
      position: bench.floats(inputs.position),
      type: bench.floats(inputs.type),
      out: bench.floatsOf(embedReference({ ...inputs, ...EMBEDDING })),
    },
    EMBEDDING,
  )
}

function embedCodes(bench: Bench): void {
  const codes = Int8Array.from(randomIntegers(VOCABULARY * 8, 14, [-127, 127]))
  const scales = randomFloats(VOCABULARY, 15)
  const word = Array.from(codes, (code, i) => code * scales[Math.floor(i / 8)]!)
  const inputs = { ids: ids(), word, position: tables().position }
  embedInt8(
    bench.gpu,
    {
      ids: bench.words(inputs.ids),
      codes: bench.words(new Uint32Array(codes.buffer)),
      scales: bench.floats(scales),
      position: bench.floats(inputs.position),
      out: bench.floatsOf(embedReference({ ...inputs, ...EMBEDDING })),
    },
    EMBEDDING,
  )
}

const gradRows = { word: VOCABULARY, position: 4, type: 1 }

function embedBackward(bench: Bench): void {
  const gradOut = randomFloats(EMBEDDING.rows * EMBEDDING.cols, 16)
  const expected = embedGradReference(gradOut, { ids: ids(), ...EMBEDDING }, gradRows).word
  const { order, starts, segmentIds } = sortSegments(ids())
  embedGrad(
    bench.gpu,
    {
      gradOut: bench.floats(gradOut),
      order: bench.words(order),
      starts: bench.words(starts),
      segmentIds: bench.words(segmentIds),
      gradWord: bench.becomes(bench.floats(new Float32Array(expected.length)), expected),
    },
    { segments: segmentIds.length, cols: EMBEDDING.cols },
  )
}

function positionBackward(bench: Bench): void {
  const gradOut = randomFloats(EMBEDDING.rows * EMBEDDING.cols, 17)
  const expected = embedGradReference(gradOut, { ids: ids(), ...EMBEDDING }, gradRows)
  positionGrad(
    bench.gpu,
    {
      gradOut: bench.floats(gradOut),
      gradPosition: bench.floatsOf(expected.position),
      gradType: bench.floatsOf(expected.type),
    },
    { batch: 3, tokens: EMBEDDING.tokens, cols: EMBEDDING.cols },
  )
}

export const ENCODER_CHECKS: readonly Check[] = [
  { name: 'embedding', run: embedFloats, isForward: true },
  { name: 'embedding INT8', run: embedCodes },
  { name: 'embedding backward', run: embedBackward },
  { name: 'position backward', run: positionBackward },
  { name: 'layernorm', run: normForward, isForward: true },
  { name: 'layernorm INT8', run: normWithCodes },
  { name: 'layernorm backward', run: normBackward },
  { name: 'attention', run: (bench) => attentionOnce(bench, 'short'), isForward: true },
  { name: 'attention backward', run: (bench) => attentionGrad(bench, 'short') },
  { name: 'attention, long texts', run: (bench) => attentionOnce(bench, 'long'), isForward: true },
  { name: 'attention backward, long texts', run: (bench) => attentionGrad(bench, 'long') },
  { name: 'gelu', run: (bench) => geluForward(bench, 'exact') },
  { name: 'gelu backward', run: (bench) => geluBackward(bench, 'exact') },
  { name: 'gelu tanh', run: (bench) => geluForward(bench, 'tanh') },
  { name: 'gelu tanh backward', run: (bench) => geluBackward(bench, 'tanh') },
  { name: 'relu', run: reluBoth, isForward: true },
  { name: 'tanh', run: tanhBoth, isForward: true },
]
