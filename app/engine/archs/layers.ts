// Layer sizes in config.json: one size for all layers, or Decant's own list when pruning made them differ.
import { isRecord } from '../formats/json.ts'
import type { LayerSpec, ModelSpec } from '../model/spec.ts'
import type { Config } from './arch.ts'
import type { ConfigReader } from './config.ts'

/** Names of the size keys in an architecture's config. */
export interface ConfigKeys {
  readonly hidden: string
  readonly heads: string
  readonly layers: string
  readonly ffn: string
}

/** Far above any encoder; bounds what a damaged config can make us build. */
const MAX_LAYERS = 1000

/**
 * True when transformers can load the shape: it computes the head size as hidden / heads and has one feed-forward
 * width for all layers.
 */
export function isHuggingFaceShape(spec: ModelSpec): boolean {
  const ffn = spec.layers[0]?.ffn ?? 0
  return (
    ffn > 0 && spec.layers.every((layer) => layer.heads * spec.headSize === spec.hidden && layer.ffn === ffn)
  )
}

/** Hidden size, head size and layers of a config. */
export function parseLayers(
  config: Config,
  keys: ConfigKeys,
  read: ConfigReader,
): { hidden: number; headSize: number; layers: LayerSpec[] } {
  const hidden = read.positiveInteger(keys.hidden)
  const heads = read.positiveInteger(keys.heads)
  const count = read.positiveInteger(keys.layers)
  const ffn = read.positiveInteger(keys.ffn)
  if (count > MAX_LAYERS) read.fail(`${keys.layers} is ${count}; at most ${MAX_LAYERS} are supported`)
  if (hidden % heads !== 0) read.fail(`${keys.hidden} ${hidden} is not a multiple of ${keys.heads} ${heads}`)
  const headSize = hidden / heads
  const own = config.decant ?? null
  const layers =
    own === null
      ? Array.from({ length: count }, (_, source) => ({ heads, ffn, source }))
      : parseOwnLayers(own, { heads, count, headSize }, read)
  return { hidden, headSize, layers }
}

/** The "decant" key: {"layers": [{"heads", "ffn", "source"}, …], "head_size"}. */
function parseOwnLayers(
  own: unknown,
  expected: { heads: number; count: number; headSize: number },
  read: ConfigReader,
): LayerSpec[] {
  if (!isRecord(own) || !Array.isArray(own.layers)) return read.fail('decant has no list of layers')
  if (own.layers.length !== expected.count)
    read.fail(`decant lists ${own.layers.length} layers, but the model has ${expected.count}`)
  if (own.head_size !== expected.headSize)
    read.fail(
      `decant has head_size ${JSON.stringify(own.head_size)}, but hidden / heads is ${expected.headSize}`,
    )
  return own.layers.map((layer: unknown, index) => {
    const size = (key: string, most: number): number => {
      const value = isRecord(layer) ? layer[key] : undefined
      if (Number.isInteger(value) && (value as number) >= 0 && (value as number) <= most)
        return value as number
      return read.fail(
        `decant layer ${index} has ${key} ${JSON.stringify(value) ?? 'missing'}; it must be a whole number from 0 to ${most}`,
      )
    }
    return {
      heads: size('heads', expected.heads),
      ffn: size('ffn', 2 ** 24),
      source: size('source', MAX_LAYERS),
    }
  })
}

/**
 * Config of a changed model. Sizes that differ per layer go under "decant"; the usual keys then keep what the layers
 * started from. Weights are written as F32, so the dtype is replaced.
 */
export function resizeConfig(given: {
  spec: ModelSpec
  original: Config
  keys: ConfigKeys
  className: string
}): Record<string, unknown> {
  const { spec, original, keys, className } = given
  const { decant: _, torch_dtype: __, num_labels: ___, ...kept } = original
  const config: Record<string, unknown> = {
    ...kept,
    architectures: [`${className}ForSequenceClassification`],
    model_type: spec.architecture,
    dtype: 'float32',
    vocab_size: spec.vocabulary,
    max_position_embeddings: spec.positions,
    [keys.hidden]: spec.hidden,
    [keys.heads]: spec.hidden / spec.headSize,
    [keys.layers]: spec.layers.length,
    id2label: Object.fromEntries(spec.labels.map((label, i) => [i, label])),
    label2id: Object.fromEntries(spec.labels.map((label, i) => [label, i])),
  }
  if (isHuggingFaceShape(spec)) return { ...config, [keys.ffn]: spec.layers[0]!.ffn }
  const layers = spec.layers.map(({ heads, ffn, source }) => ({ heads, ffn, source }))
  const widest = Math.max(1, ...layers.map(({ ffn }) => ffn))
  return { ...config, [keys.ffn]: widest, decant: { head_size: spec.headSize, layers } }
}
