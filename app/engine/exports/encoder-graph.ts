// The ONNX graph of a BERT or DistilBERT classifier of any shape, pruned layers included.
import { GraphBuilder } from '../formats/onnx/graph.ts'
import type { PortableModel } from '../model/portable.ts'
import type { Activation, Role } from '../model/spec.ts'
import type { GraphForm } from './linear-forms.ts'

/** Added to the scores of masked keys: finite, also in F16, and e^−10000 is 0 in F32. */
const MASKED = -1e4

interface Context {
  readonly graph: GraphBuilder
  readonly model: PortableModel
  readonly form: GraphForm
  /** [batch, 1, 1, sequence]: 0 for tokens, MASKED for padding. */
  readonly mask: string
}

/**
 * Graph with inputs `input_ids`, `attention_mask`, `token_type_ids` (int64 [batch, sequence]) and output `logits`
 * (F32 [batch, labels]). A model without token types (DistilBERT) has no `token_type_ids` input: its tokenizer makes
 * none, and transformers.js feeds such a model none.
 */
export async function encoderGraph(model: PortableModel, form: GraphForm): Promise<GraphBuilder> {
  const { spec } = model
  const graph = new GraphBuilder(spec.architecture)
  const ids = graph.input('input_ids', 'int64', ['batch', 'sequence'])
  const maskInput = graph.input('attention_mask', 'int64', ['batch', 'sequence'])
  const types =
    spec.tokenTypes > 0 ? graph.input('token_type_ids', 'int64', ['batch', 'sequence']) : undefined
  const context: Context = { graph, model, form, mask: additiveMask(graph, maskInput) }
  let states = await embed(context, ids, types)
  for (let layer = 0; layer < spec.layers.length; layer++) states = await encode(context, layer, states)
  const logits = await classify(context, states)
  graph.node('Identity', [logits], { outputs: ['logits'] })
  graph.output('logits', 'float32', ['batch', spec.labels.length])
  return graph
}

function additiveMask(graph: GraphBuilder, mask: string): string {
  const scope = 'mask'
  const floats = graph.node('Cast', [mask], { scope, attributes: { to: 1 } })
  const wide = graph.node('Unsqueeze', [floats, graph.integers('mask.axes', [1, 2])], { scope })
  const absent = graph.node('Sub', [graph.scalar('mask.one', 1), wide], { scope })
  return graph.node('Mul', [absent, graph.scalar('mask.value', MASKED)], { scope })
}

async function embed(context: Context, ids: string, types: string | undefined): Promise<string> {
  const { graph, model, form } = context
  const { spec } = model
  const scope = 'embeddings'
  let sum = await form.words(graph, model, ids)
  if (types) {
    const table = await constant(context, 'embeddings.type', [spec.tokenTypes, spec.hidden])
    sum = graph.node('Add', [sum, graph.node('Gather', [table, types], { scope })], { scope })
  }
  const table = await constant(context, 'embeddings.position', [spec.positions, spec.hidden])
  const length = graph.node('Shape', [ids], { scope, attributes: { start: 1, end: 2 } })
  const zero = graph.integers('embeddings.zero', [0])
  const positions = graph.node('Slice', [table, zero, length, zero], { scope })
  return normalize(context, 'embeddings.norm', graph.node('Add', [sum, positions], { scope }))
}

async function encode(context: Context, index: number, states: string): Promise<string> {
  const { graph, model } = context
  const { heads, ffn } = model.spec.layers[index]!
  const name = `layers.${index}`
  const output = `${name}.attention_output`
  // With nothing left to mix, a block's output matrix has no columns and only its bias remains.
  const mixed =
    heads > 0
      ? await linear(context, output, await attend(context, index, states), heads * model.spec.headSize)
      : await constant(context, `${output}.bias` as Role, [model.spec.hidden])
  const attended = graph.node('Add', [states, mixed], { scope: `${name}.attention` })
  const middle = await normalize(context, `${name}.attention_norm`, attended)
  const lowered =
    ffn > 0
      ? await linear(context, `${name}.ffn_down`, await raise(context, index, middle), ffn)
      : await constant(context, `${name}.ffn_down.bias` as Role, [model.spec.hidden])
  const sum = graph.node('Add', [middle, lowered], { scope: `${name}.ffn` })
  return normalize(context, `${name}.ffn_norm`, sum)
}

/** Context of every token, heads side by side: [batch, sequence, heads · headSize]. */
async function attend(context: Context, index: number, states: string): Promise<string> {
  const { graph, model, mask } = context
  const { hidden, headSize, layers } = model.spec
  const heads = layers[index]!.heads
  const scope = `layers.${index}.attention`
  const stacked = await linear(context, `layers.${index}.qkv`, states, hidden)
  const [q, k, v] = ['query', 'key', 'value'].map((part) => `${scope}.${part}`) as [string, string, string]
  graph.node('Split', [stacked, graph.integers(`${scope}.widths`, Array(3).fill(heads * headSize))], {
    scope,
    outputs: [q, k, v],
    attributes: { axis: -1 },
  })
  const shape = graph.integers(`${scope}.shape`, [0, 0, heads, headSize])
  const apart = (value: string, perm: readonly number[]) =>
    graph.node('Transpose', [graph.node('Reshape', [value, shape], { scope })], {
      scope,
      attributes: { perm },
    })
  const products = graph.node('MatMul', [apart(q, [0, 2, 1, 3]), apart(k, [0, 2, 3, 1])], { scope })
  const scale = graph.scalar(`${scope}.scale`, 1 / Math.sqrt(headSize))
  const scores = graph.node('Add', [graph.node('Mul', [products, scale], { scope }), mask], { scope })
  const shares = graph.node('Softmax', [scores], { scope, attributes: { axis: -1 } })
  const mixed = graph.node('MatMul', [shares, apart(v, [0, 2, 1, 3])], { scope })
  const together = graph.node('Transpose', [mixed], { scope, attributes: { perm: [0, 2, 1, 3] } })
  const flat = graph.integers(`${scope}.flat`, [0, 0, heads * headSize])
  return graph.node('Reshape', [together, flat], { scope })
}

async function raise(context: Context, index: number, states: string): Promise<string> {
  const { graph, model } = context
  const raised = await linear(context, `layers.${index}.ffn_up`, states, model.spec.hidden)
  return activate(graph, `layers.${index}.ffn`, model.spec.activation, raised)
}

async function classify(context: Context, states: string): Promise<string> {
  const { graph, model } = context
  const { hidden, poolerActivation } = model.spec
  const first = graph.constant('pooler.first', BigInt64Array.of(0n), [])
  const token = graph.node('Gather', [states, first], { scope: 'pooler', attributes: { axis: 1 } })
  const pooled = await linear(context, 'pooler', token, hidden)
  const squashed = graph.node(poolerActivation === 'tanh' ? 'Tanh' : 'Relu', [pooled], { scope: 'pooler' })
  return linear(context, 'classifier', squashed, hidden)
}

/**
 * GELU by its parts, since operator set 17 has no Gelu. Erf form: x/2 · (1 + erf(x / √2)); tanh form:
 * x/2 · (1 + tanh(√(2/π) · (x + 0.044715 x³))) (Hendrycks & Gimpel 2016). ONNX Runtime joins both again.
 */
function activate(graph: GraphBuilder, scope: string, activation: Activation, x: string): string {
  if (activation === 'relu') return graph.node('Relu', [x], { scope })
  const number = (name: string, value: number) => graph.scalar(`${scope}.${name}`, value)
  const mul = (a: string, b: string) => graph.node('Mul', [a, b], { scope })
  const half = number('half', 0.5)
  const one = number('one', 1)
  if (activation === 'gelu') {
    const scaled = graph.node('Div', [x, number('root', Math.SQRT2)], { scope })
    const raised = graph.node('Add', [graph.node('Erf', [scaled], { scope }), one], { scope })
    return mul(mul(x, raised), half)
  }
  const cube = graph.node('Pow', [x, number('three', 3)], { scope })
  const inner = graph.node('Add', [x, mul(cube, number('cubic', 0.044715))], { scope })
  const bent = graph.node('Tanh', [mul(inner, number('slope', Math.sqrt(2 / Math.PI)))], { scope })
  return mul(graph.node('Add', [bent, one], { scope }), mul(x, half))
}

async function linear(context: Context, layer: string, input: string, inner: number): Promise<string> {
  const bias = await context.model.read(`${layer}.bias` as Role)
  return context.form.linear(context.graph, context.model, { layer, input, inner, outputs: bias.length })
}

async function normalize(context: Context, name: string, input: string): Promise<string> {
  const { hidden, layerNormEpsilon } = context.model.spec
  const weight = await constant(context, `${name}.weight` as Role, [hidden])
  const bias = await constant(context, `${name}.bias` as Role, [hidden])
  return context.graph.node('LayerNormalization', [input, weight, bias], {
    scope: name,
    attributes: { axis: -1, epsilon: { float: layerNormEpsilon } },
  })
}

async function constant(context: Context, role: Role, dims: readonly number[]): Promise<string> {
  return context.graph.constant(role, await context.model.read(role), dims)
}
