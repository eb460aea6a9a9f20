// How a linear layer and the word embeddings are written in an ONNX graph, at each precision.
import type { GraphBuilder } from '../formats/onnx/graph.ts'
import type { PortableModel, QuantizedWeight } from '../model/portable.ts'
import type { Role } from '../model/spec.ts'
import { quantizeWeights, quantizeWithoutClipping } from './quantize-weights.ts'

/** A linear layer y = x · Wᵀ + b; `layer` is the role without `.weight`. */
export interface LinearLayer {
  readonly layer: string
  /** Name of x [..., inner]. */
  readonly input: string
  readonly inner: number
  readonly outputs: number
}

/** Both return the name of the F32 value that they make. */
export interface GraphForm {
  linear(graph: GraphBuilder, model: PortableModel, linear: LinearLayer): Promise<string>
  /** Rows of the word table for ids [batch, sequence]: [batch, sequence, hidden]. */
  words(graph: GraphBuilder, model: PortableModel, ids: string): Promise<string>
}

const WORD = 'embeddings.word'
const weightOf = (layer: string) => `${layer}.weight` as Role
const biasOf = (layer: string) => `${layer}.bias` as Role

/** F32 all through: MatMul and Add, which ONNX Runtime joins where that helps. */
export const FLOAT_FORM: GraphForm = {
  async linear(graph, model, { layer, input, inner, outputs }) {
    const weight = transpose(await model.read(weightOf(layer)), new Float32Array(inner * outputs), inner)
    const name = graph.constant(weightOf(layer), weight, [inner, outputs])
    return addBias(graph, model, layer, graph.node('MatMul', [input, name], { scope: layer }))
  },
  async words(graph, model, ids) {
    const { vocabulary, hidden } = model.spec
    const table = graph.constant(WORD, await model.read(WORD), [vocabulary, hidden])
    return graph.node('Gather', [table, ids], { scope: 'embeddings.word' })
  },
}

/**
 * INT8 weights per output channel × activations that ONNX Runtime rounds per tensor while it runs. What codes of the
 * model are worth is rounded again, to the same codes wherever no CPU would clip their sums.
 */
export const INT8_FORM: GraphForm = {
  async linear(graph, model, linear) {
    const { layer, input, inner, outputs } = linear
    if (model.format.isExempt(layer)) return FLOAT_FORM.linear(graph, model, linear)
    const weight = quantizeWithoutClipping(await model.read(weightOf(layer)), inner)
    const codes = transpose(weight.codes, new Int8Array(inner * outputs), inner)
    const scope = layer
    const name = graph.constant(`${weightOf(layer)}_quantized`, codes, [inner, outputs])
    const zero = graph.constant(`${weightOf(layer)}_zero_point`, Int8Array.of(0), [])
    const scale = graph.constant(`${weightOf(layer)}_scale`, weight.scales, [outputs])
    const parts = ['quantized', 'scale', 'zero_point'].map((part) => `${layer}.input_${part}`)
    graph.node('DynamicQuantizeLinear', [input], { scope, outputs: parts })
    const [x, xScale, xZero] = parts as [string, string, string]
    const sums = graph.node('MatMulInteger', [x, name, xZero, zero], { scope })
    const floats = graph.node('Cast', [sums], { scope, attributes: { to: 1 } })
    const unit = graph.node('Mul', [xScale, scale], { scope })
    return addBias(graph, model, layer, graph.node('Mul', [floats, unit], { scope }))
  },
  words: int8Words,
}

/** INT4 weights in groups along the input × float activations; word embeddings at 8 bits. */
export const INT4_FORM: GraphForm = {
  async linear(graph, model, linear) {
    const { layer, input, inner, outputs } = linear
    if (model.format.isExempt(layer)) return FLOAT_FORM.linear(graph, model, linear)
    const groupSize = model.format.scheme === 'W4A16' ? model.format.groupSize : 32
    const weight = await codesOf(model, weightOf(layer), inner, { bits: 4, groupSize })
    const groups = Math.ceil(inner / groupSize)
    const packed = packNibbles(weight.codes, inner, groupSize)
    const dims = [outputs, groups, groupSize / 2]
    const name = graph.constant(`${weightOf(layer)}_quantized`, packed, dims)
    const scale = graph.constant(`${weightOf(layer)}_scale`, weight.scales, [outputs, groups])
    const sums = graph.node('MatMulNBits', [input, name, scale], {
      scope: layer,
      domain: 'com.microsoft',
      attributes: { K: inner, N: outputs, bits: 4, block_size: groupSize },
    })
    return addBias(graph, model, layer, sums)
  },
  words: int8Words,
}

/**
 * Rows of codes times their scales. Standard operators, so that the file opens on every provider, and Gather comes
 * first, so that the table is never widened (a DequantizeLinear before it would be folded into an F32 table).
 */
async function int8Words(graph: GraphBuilder, model: PortableModel, ids: string): Promise<string> {
  const { spec, format } = model
  if (format.scheme !== 'F32' && format.embeddings === 'F32') return FLOAT_FORM.words(graph, model, ids)
  const scope = WORD
  const table = await codesOf(model, WORD, spec.hidden, { bits: 8, groupSize: spec.hidden })
  const codes = graph.constant(`${WORD}_quantized`, table.codes, [spec.vocabulary, spec.hidden])
  const scales = graph.constant(`${WORD}_scale`, table.scales, [spec.vocabulary, 1])
  const rows = graph.node('Gather', [codes, ids], { scope })
  const floats = graph.node('Cast', [rows], { scope, attributes: { to: 1 } })
  return graph.node('Mul', [floats, graph.node('Gather', [scales, ids], { scope })], { scope })
}

/** The model's own codes where they have that shape; else its floats, rounded here. */
async function codesOf(
  model: PortableModel,
  role: Role,
  inner: number,
  wanted: Pick<QuantizedWeight, 'bits' | 'groupSize'>,
): Promise<QuantizedWeight> {
  const own = await model.quantized(role)
  if (own && own.bits === wanted.bits && own.groupSize === wanted.groupSize) return own
  return quantizeWeights(await model.read(role), inner, wanted.bits, wanted.groupSize)
}

async function addBias(
  graph: GraphBuilder,
  model: PortableModel,
  layer: string,
  sums: string,
): Promise<string> {
  const bias = graph.constant(biasOf(layer), await model.read(biasOf(layer)))
  return graph.node('Add', [sums, bias], { scope: layer })
}

/** [rows, columns] → [columns, rows], in blocks that stay in the cache. */
function transpose<T extends Float32Array | Int8Array>(from: T, to: T, columns: number): T {
  const rows = from.length / columns
  for (let block = 0; block < columns; block += 16)
    for (let row = 0; row < rows; row++)
      for (let column = block; column < Math.min(block + 16, columns); column++)
        to[column * rows + row] = from[row * columns + column]!
  return to
}

/**
 * Codes [rows, columns] → bytes [rows, groups, groupSize / 2], the earlier code in the low half. MatMulNBits without
 * zero points takes a stored 8 for 0, so that codes −8…7 are stored as 0…15, and what pads a short last group as 8.
 */
export function packNibbles(codes: Int8Array, columns: number, groupSize: number): Uint8Array<ArrayBuffer> {
  const rows = codes.length / columns
  const stride = (Math.ceil(columns / groupSize) * groupSize) / 2
  const packed = new Uint8Array(rows * stride).fill(0x88)
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) {
      const at = row * stride + (column >> 1)
      const code = codes[row * columns + column]! + 8
      packed[at] = column & 1 ? (packed[at]! & 0x0f) | (code << 4) : (packed[at]! & 0xf0) | code
    }
  return packed
}
