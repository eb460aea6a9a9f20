// ONNX models of single operations, and of whole classifiers by our exporter, as files that ONNX Runtime opens.
import { encoderGraph } from '../../../app/engine/exports/encoder-graph.ts'
import { FLOAT_FORM, packNibbles } from '../../../app/engine/exports/linear-forms.ts'
import { GraphBuilder, joinParts } from '../../../app/engine/formats/onnx/graph.ts'
import type { PortableModel } from '../../../app/engine/model/portable.ts'
import type { AttentionTask, MatmulTask, PointwiseTask, QuantizedTask } from '../task.ts'

export interface OnnxModel {
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly output: string
}

function finish(graph: GraphBuilder, value: string, shape: readonly number[]): OnnxModel {
  graph.node('Identity', [value], { outputs: ['y'] })
  graph.output('y', 'float32', shape)
  return { bytes: joinParts(graph.finish()), output: 'y' }
}

/**
 * MatMul of input `a` by a constant, stored as ONNX wants it, [inner, cols], as exporters write linear layers. A transposed `a` is a
 * Transpose node, which ONNX Runtime fuses or runs.
 */
export function matmulModel({ form, rows, cols, inner, b }: MatmulTask): OnnxModel {
  const graph = new GraphBuilder('matmul')
  const a = graph.input('a', 'float32', form === 'TN' ? [inner, rows] : [rows, inner])
  const left = form === 'TN' ? graph.node('Transpose', [a], { attributes: { perm: [1, 0] } }) : a
  const weight = form === 'NT' ? transposed(b, cols, inner) : b
  return finish(graph, graph.node('MatMul', [left, graph.constant('b', weight, [inner, cols])]), [rows, cols])
}

function transposed(
  values: Float32Array<ArrayBuffer>,
  rows: number,
  cols: number,
): Float32Array<ArrayBuffer> {
  const out = new Float32Array(values.length)
  for (let r = 0; r < rows; r++) for (let c = 0; c < cols; c++) out[c * rows + r] = values[r * cols + c]!
  return out
}

/**
 * MatMulNBits with the weight's codes inside.
 * @param accuracy 4 lets the activations be quantized to 8 bits too; 0 keeps them in floats
 */
export function quantizedModel(task: QuantizedTask, accuracy: 0 | 4): OnnxModel {
  const { bits, rows, cols, inner, groupSize, w } = task
  const graph = new GraphBuilder('matmul-nbits')
  const a = graph.input('a', 'float32', [rows, inner])
  const most = bits === 8 ? 127 : 7
  const codes = Int8Array.from(w, (value) => Math.round(value * most))
  const packed =
    bits === 4 ? packNibbles(codes, inner, groupSize) : Uint8Array.from(codes, (code) => code + 128)
  const groups = inner / groupSize
  const weight = graph.constant('w', packed, [cols, groups, (groupSize * bits) / 8])
  const scales = graph.constant('s', new Float32Array(cols * groups).fill(1 / most), [cols, groups])
  const attributes = { K: inner, N: cols, bits, block_size: groupSize, accuracy_level: accuracy }
  const node = graph.node('MatMulNBits', [a, weight, scales], { domain: 'com.microsoft', attributes })
  return finish(graph, node, [rows, cols])
}

/** GELU as our exporter spells it is several nodes, which ONNX Runtime fuses; its own operator is at least as fast. */
export function pointwiseModel({ kind, rows, cols, gamma, beta, epsilon }: PointwiseTask): OnnxModel {
  const graph = new GraphBuilder(kind)
  const x = graph.input('x', 'float32', [rows, cols])
  if (kind === 'gelu')
    return finish(graph, graph.node('Gelu', [x], { domain: 'com.microsoft' }), [rows, cols])
  const inputs = [x, graph.constant('gamma', gamma), graph.constant('beta', beta)]
  const attributes = { axis: -1, epsilon: { float: epsilon } }
  return finish(graph, graph.node('LayerNormalization', inputs, { attributes }), [rows, cols])
}

/**
 * Attention on the three parts of `qkv`, each [batch, tokens, heads · headSize].
 * @param form `fused`: the operator MultiHeadAttention; `composed`: products and a softmax, as exporters write it
 */
export function attentionModel(task: AttentionTask, form: 'fused' | 'composed'): OnnxModel {
  const { batch, tokens, heads, headSize } = task
  const graph = new GraphBuilder('attention')
  const shape = [batch, tokens, heads * headSize]
  const parts = ['q', 'k', 'v'].map((name) => graph.input(name, 'float32', shape))
  if (form === 'fused') {
    const options = { domain: 'com.microsoft', attributes: { num_heads: heads } }
    return finish(graph, graph.node('MultiHeadAttention', parts, options), shape)
  }
  const split = graph.integers('split', [batch, tokens, heads, headSize])
  const byHead = (part: string, perm: number[]) =>
    graph.node('Transpose', [graph.node('Reshape', [part, split])], { attributes: { perm } })
  const [q, v] = [byHead(parts[0]!, [0, 2, 1, 3]), byHead(parts[2]!, [0, 2, 1, 3])]
  const products = graph.node('MatMul', [q, byHead(parts[1]!, [0, 2, 3, 1])])
  const scores = graph.node('Mul', [products, graph.scalar('scale', 1 / Math.sqrt(headSize))])
  const weights = graph.node('Softmax', [scores], { attributes: { axis: -1 } })
  const context = graph.node('MatMul', [weights, v])
  const rows = graph.node('Transpose', [context], { attributes: { perm: [0, 2, 1, 3] } })
  return finish(graph, graph.node('Reshape', [rows, graph.integers('rows', shape)]), shape)
}

/** The classifier as our exporter writes it, in F32. */
export async function classifierModel(model: PortableModel): Promise<OnnxModel> {
  return { bytes: joinParts((await encoderGraph(model, FLOAT_FORM)).finish()), output: 'logits' }
}
