// What a classifier is made of: sizes per layer, and the parameters, bytes and multiply-adds that follow from them.
import { elementCount } from '../base/shape.ts'

export type Activation = 'gelu' | 'gelu_tanh' | 'relu'

/** One encoder layer. Pruning lowers `heads` and `ffn`; a layer may lose all of either. */
export interface LayerSpec {
  readonly heads: number
  /** Neurons of the feed-forward block. */
  readonly ffn: number
  /** Layer of the original teacher that this one came from. */
  readonly source: number
}

export interface ModelSpec {
  /** `model_type` of config.json, the id of an architecture. */
  readonly architecture: string
  readonly hidden: number
  readonly headSize: number
  readonly vocabulary: number
  readonly positions: number
  /** Rows of the token-type table; 0 where the architecture has none. */
  readonly tokenTypes: number
  readonly layers: readonly LayerSpec[]
  readonly labels: readonly string[]
  readonly activation: Activation
  /** Activation of the dense layer before the classifier. */
  readonly poolerActivation: 'tanh' | 'relu'
  readonly layerNormEpsilon: number
}

/**
 * Names of weights by what they do. Shapes: linear weights [out, in]; `qkv` stacks query, key and value rows:
 * [3 · heads · headSize, hidden].
 */
export type Role =
  | `embeddings.${'word' | 'position' | 'type'}`
  | `embeddings.norm.${'weight' | 'bias'}`
  | `layers.${number}.${'qkv' | 'attention_output' | 'ffn_up' | 'ffn_down'}.${'weight' | 'bias'}`
  | `layers.${number}.${'attention_norm' | 'ffn_norm'}.${'weight' | 'bias'}`
  | `${'pooler' | 'classifier'}.${'weight' | 'bias'}`

/** Shape of every weight, in the order of the forward pass. */
export function roleShapes(spec: ModelSpec): Map<Role, readonly number[]> {
  const { hidden, headSize } = spec
  const shapes = new Map<Role, readonly number[]>()
  const linear = (name: string, out: number, inner: number) => {
    shapes.set(`${name}.weight` as Role, [out, inner])
    shapes.set(`${name}.bias` as Role, [out])
  }
  const norm = (name: string) => {
    shapes.set(`${name}.weight` as Role, [hidden])
    shapes.set(`${name}.bias` as Role, [hidden])
  }
  shapes.set('embeddings.word', [spec.vocabulary, hidden])
  shapes.set('embeddings.position', [spec.positions, hidden])
  if (spec.tokenTypes > 0) shapes.set('embeddings.type', [spec.tokenTypes, hidden])
  norm('embeddings.norm')
  spec.layers.forEach(({ heads, ffn }, index) => {
    linear(`layers.${index}.qkv`, 3 * heads * headSize, hidden)
    linear(`layers.${index}.attention_output`, hidden, heads * headSize)
    norm(`layers.${index}.attention_norm`)
    linear(`layers.${index}.ffn_up`, ffn, hidden)
    linear(`layers.${index}.ffn_down`, hidden, ffn)
    norm(`layers.${index}.ffn_norm`)
  })
  linear('pooler', hidden, hidden)
  linear('classifier', spec.labels.length, hidden)
  return shapes
}

export function parameterCount(spec: ModelSpec): number {
  return [...roleShapes(spec).values()].reduce((sum, shape) => sum + elementCount(shape), 0)
}

/** Attention and feed-forward matrices and biases: what `pruning_ratio` is a share of. */
export function encoderParameterCount(spec: ModelSpec): number {
  return [...roleShapes(spec)]
    .filter(([role]) => /\.(qkv|attention_output|ffn_up|ffn_down)\./.test(role))
    .reduce((sum, [, shape]) => sum + elementCount(shape), 0)
}

/** Parameters that one attention head owns: its rows of Q, K, V with biases, its columns of the output matrix. */
export function headParameterCount(spec: ModelSpec): number {
  return spec.headSize * (4 * spec.hidden + 3)
}

/** Parameters that one feed-forward neuron owns. */
export function neuronParameterCount(spec: ModelSpec): number {
  return 2 * spec.hidden + 1
}

/** Multiply-adds of classifying one text of `tokens` tokens (matrix products only; look-ups and sums are free). */
export function multiplyAdds(spec: ModelSpec, tokens: number): number {
  const { hidden, headSize } = spec
  const encoder = spec.layers.reduce((sum, { heads, ffn }) => {
    const width = heads * headSize
    return sum + tokens * (4 * hidden * width + 2 * hidden * ffn) + 2 * tokens * tokens * width
  }, 0)
  return encoder + hidden * hidden + hidden * spec.labels.length
}

/** What one training step computes on. */
export interface StepSize {
  readonly student: ModelSpec
  /** Absent where the teacher does not run in the step. */
  readonly teacher?: ModelSpec | undefined
  readonly batch: number
  /** Length of the batch's rows, padding included: it is computed too. */
  readonly tokens: number
}

/**
 * Floating-point operations of the matrix products of one training step, those of attention included: two a multiply-add, and
 * backward computes two products for each one of forward, the gradients of both its factors.
 *   flops = batch · (6 · multiplyAdds(student) + 2 · multiplyAdds(teacher))
 * What is computed twice to save memory counts once.
 */
export function stepFlops({ student, teacher, batch, tokens }: StepSize): number {
  const taught = teacher ? 2 * multiplyAdds(teacher, tokens) : 0
  return batch * (6 * multiplyAdds(student, tokens) + taught)
}

/** Bits of linear weights and of embeddings; scales are F32, one per row or per group. */
export interface StorageFormat {
  readonly scheme: 'F32' | 'W8A8_DYNAMIC' | 'W4A16'
  readonly groupSize: number
  readonly embeddings: 'F32' | 'INT8'
  /** True for linear layers left in F32. */
  readonly isExempt: (layer: string) => boolean
}

/** Name of the linear layer a weight role belongs to, or undefined for embeddings, norms and biases. */
export function linearLayerOf(role: Role): string | undefined {
  const match = /^(.*(?:qkv|attention_output|ffn_up|ffn_down|pooler|classifier))\.weight$/.exec(role)
  return match?.[1]
}

/** Parts of a model that weights are summed up by. */
export const WEIGHT_GROUPS = ['embeddings', 'attention', 'feed-forward', 'head'] as const
export type WeightGroup = (typeof WEIGHT_GROUPS)[number]

export function groupOf(role: Role): WeightGroup {
  if (role.startsWith('embeddings.')) return 'embeddings'
  if (/\.(qkv|attention_output|attention_norm)\./.test(role)) return 'attention'
  return role.startsWith('layers.') ? 'feed-forward' : 'head'
}

/** Everything in F32. */
export const FLOAT_FORMAT: StorageFormat = {
  scheme: 'F32',
  groupSize: 0,
  embeddings: 'F32',
  isExempt: () => false,
}

/** Scheme that an exported file of a precision is quantized by; fp32 has none. */
export const SCHEME_OF_PRECISION: Readonly<Record<string, StorageFormat['scheme']>> = {
  q8: 'W8A8_DYNAMIC',
  q4: 'W4A16',
}

/**
 * Bytes of the weights in an exported file of a precision, for a model that was not quantized here: what the
 * exporters make of its floats. Graph and header come on top, some ten kilobytes.
 */
export function exportedBytes(spec: ModelSpec, precision: string): number {
  const scheme = SCHEME_OF_PRECISION[precision]
  return modelBytes(
    spec,
    scheme ? { ...FLOAT_FORMAT, scheme, groupSize: 32, embeddings: 'INT8' } : FLOAT_FORMAT,
  )
}

/** Bytes of all weights with their scales, not the tokenizer. */
export function modelBytes(spec: ModelSpec, format: StorageFormat): number {
  return Object.values(groupBytes(spec, format)).reduce((sum, bytes) => sum + bytes, 0)
}

/** The same, by group. */
export function groupBytes(spec: ModelSpec, format: StorageFormat): Record<WeightGroup, number> {
  const bytes = { embeddings: 0, attention: 0, 'feed-forward': 0, head: 0 }
  for (const [role, shape] of roleShapes(spec)) bytes[groupOf(role)] += roleBytes(role, shape, format)
  return bytes
}

function roleBytes(role: Role, shape: readonly number[], format: StorageFormat): number {
  const [rows = 1, columns = 1] = shape
  const layer = linearLayerOf(role)
  if (role === 'embeddings.word' && format.embeddings === 'INT8') return rows * (columns + 4)
  if (!layer || format.scheme === 'F32' || format.isExempt(layer)) return elementCount(shape) * 4
  if (format.scheme === 'W8A8_DYNAMIC') return rows * (columns + 4)
  const groups = Math.ceil(columns / format.groupSize)
  return rows * groups * (format.groupSize / 2 + 4)
}
