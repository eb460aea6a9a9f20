// Reading config.json with every value checked: what the architectures have in common.
import { StudioError } from '../base/errors.ts'
import { isRecord } from '../formats/json.ts'
import type { Activation } from '../model/spec.ts'
import type { Config } from './arch.ts'

/** The engine's activation by the names that transformers uses. */
const ACTIVATIONS: Readonly<Record<string, Activation>> = {
  gelu: 'gelu',
  gelu_new: 'gelu_tanh',
  gelu_pytorch_tanh: 'gelu_tanh',
  relu: 'relu',
}

/** Settings that change the mathematics, with the values that leave it alone. */
const PLAIN_SETTINGS: readonly { readonly key: string; readonly plain: readonly unknown[] }[] = [
  { key: 'is_decoder', plain: [false] },
  { key: 'add_cross_attention', plain: [false] },
  { key: 'is_encoder_decoder', plain: [false] },
  { key: 'position_embedding_type', plain: ['absolute'] },
  { key: 'problem_type', plain: ['single_label_classification'] },
  { key: 'quantization_config', plain: [] },
  { key: 'pruned_heads', plain: [] },
]

/** Larger sizes are a damaged config, and would overflow the element counts that follow from them. */
const MAX_SIZE = 2 ** 24

/** Checked access to one config. `fallback` is what transformers assumes when the key is absent. */
export interface ConfigReader {
  fail(what: string): never
  positiveInteger(key: string, fallback?: number): number
  epsilon(key: string, fallback: number): number
}

export function configReader(config: Config, name: string): ConfigReader {
  const fail = (what: string): never => {
    throw new StudioError('config-invalid', `${name}: ${what}.`)
  }
  return {
    fail,
    positiveInteger(key, fallback) {
      const value = config[key] ?? fallback
      if (value === undefined) return fail(`${key} is missing`)
      if (Number.isInteger(value) && (value as number) > 0 && (value as number) <= MAX_SIZE)
        return value as number
      return fail(`${key} is ${JSON.stringify(value)}; it must be a whole number from 1 to ${MAX_SIZE}`)
    },
    epsilon(key, fallback) {
      const value = config[key] ?? fallback
      if (typeof value === 'number' && value > 0 && value < 1) return value
      return fail(`${key} is ${JSON.stringify(value)}; it must be a number between 0 and 1`)
    },
  }
}

/**
 * Refuses settings whose mathematics the engine does not have: a decoder, relative positions, several labels a text,
 * quantized weights.
 */
export function refuseSettings(config: Config, name: string): void {
  const { fail } = configReader(config, name)
  for (const { key, plain } of PLAIN_SETTINGS) {
    const value = config[key] ?? null
    const isEmpty = value === null || (isRecord(value) && Object.keys(value).length === 0)
    if (isEmpty || plain.includes(value)) continue
    const allowed = plain.length > 0 ? `${JSON.stringify(plain[0])} or absent` : 'absent'
    fail(`${key} is ${JSON.stringify(value).slice(0, 120)}; only ${allowed} is supported`)
  }
}

/** Values that BERT and DistilBERT name alike, with the reader that checked them. */
export function parseCommon(given: {
  config: Config
  name: string
  classifierRows: number
  activationKey: string
}): {
  read: ConfigReader
  values: { vocabulary: number; positions: number; labels: string[]; activation: Activation }
} {
  const { config, name, classifierRows, activationKey } = given
  const read = configReader(config, name)
  return {
    read,
    values: {
      vocabulary: read.positiveInteger('vocab_size'),
      positions: read.positiveInteger('max_position_embeddings'),
      labels: parseLabels(config, classifierRows, read),
      activation: parseActivation(config[activationKey] ?? 'gelu', activationKey, read),
    },
  }
}

function parseActivation(value: unknown, key: string, read: ConfigReader): Activation {
  if (typeof value === 'string' && Object.hasOwn(ACTIVATIONS, value)) return ACTIVATIONS[value]!
  return read.fail(`${key} is ${JSON.stringify(value)}; supported are ${Object.keys(ACTIVATIONS).join(', ')}`)
}

/** Label names: id2label where given, else LABEL_0…; their count is the classifier's row count in any case. */
function parseLabels(config: Config, rows: number, read: ConfigReader): string[] {
  if (rows < 2) read.fail(`the classifier has ${rows} row; a classifier needs at least 2 labels`)
  if (config.num_labels !== undefined && config.num_labels !== rows)
    read.fail(`num_labels is ${JSON.stringify(config.num_labels)}, but the classifier has ${rows} rows`)
  const map = config.id2label ?? null
  if (map === null) return Array.from({ length: rows }, (_, i) => `LABEL_${i}`)
  if (!isRecord(map)) return read.fail('id2label is not an object')
  const count = Object.keys(map).length
  if (count !== rows) read.fail(`id2label has ${count} labels, but the classifier has ${rows} rows`)
  const labels = Array.from({ length: rows }, (_, i) => {
    const label = Object.hasOwn(map, i) ? map[i] : undefined
    if (typeof label === 'string') return label
    if (label === undefined) return read.fail(`id2label has ${count} labels, but none for ${i}`)
    return read.fail(`id2label gives ${JSON.stringify(label)} for ${i}, not a name`)
  })
  const repeated = labels.findIndex((label, i) => labels.indexOf(label) !== i)
  if (repeated >= 0)
    read.fail(
      `id2label gives ${labels.indexOf(labels[repeated]!)} and ${repeated} the same name "${labels[repeated]}"`,
    )
  return labels
}
