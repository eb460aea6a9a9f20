// What a model will measure before it is built: parameters, bytes and multiply-adds from its shape alone.
import {
  encoderParameterCount,
  FLOAT_FORMAT,
  headParameterCount,
  type LayerSpec,
  type ModelSpec,
  modelBytes,
  multiplyAdds,
  neuronParameterCount,
  type OptionValue,
  type OptionValues,
  parameterCount,
  type StorageFormat,
} from '../../engine/protocol.ts'

/** Sizes of one model. `isEstimate`: worked out, not measured. */
export interface Sizes {
  readonly parameters: number
  readonly bytes: number
  readonly multiplyAdds: number
  readonly isEstimate: boolean
}

/** The layers a distilled student keeps: those chosen, or every other one if none is. */
export function keptLayers(value: OptionValue | undefined, layers: number): readonly number[] {
  const chosen = Array.isArray(value) ? value.filter((item) => typeof item === 'number' && item < layers) : []
  if (chosen.length > 0) return chosen as number[]
  return Array.from({ length: layers }, (_, i) => i).filter((i) => i % 2 === 0)
}

export function distilledSpec(spec: ModelSpec, settings: OptionValues): ModelSpec {
  const kept = keptLayers(settings.student_layers, spec.layers.length)
  return { ...spec, layers: kept.map((layer) => spec.layers[layer]).filter((layer) => layer !== undefined) }
}

/**
 * The spec after pruning `pruning_ratio` of the encoder, spread evenly: heads and widths are then fractions.
 * Parameters are exact up to rounding; which layers lose most is only known after scoring.
 */
export function prunedSpec(spec: ModelSpec, settings: OptionValues): ModelSpec {
  const ratio = typeof settings.pruning_ratio === 'number' ? settings.pruning_ratio : 0
  const targets = Array.isArray(settings.targets) ? (settings.targets as readonly string[]) : []
  const isHeads = targets.length === 0 || targets.includes('heads') || targets.includes('layers')
  const isFfn = targets.length === 0 || targets.includes('ffn') || targets.includes('layers')
  const owned = ({ heads, ffn }: LayerSpec) =>
    (isHeads ? heads * headParameterCount(spec) : 0) + (isFfn ? ffn * neuronParameterCount(spec) : 0)
  const removable = spec.layers.reduce((sum, layer) => sum + owned(layer), 0)
  if (removable === 0) return spec
  const kept = Math.max(0, 1 - (ratio * encoderParameterCount(spec)) / removable)
  const layers = spec.layers.map((layer) => ({
    ...layer,
    heads: isHeads ? layer.heads * kept : layer.heads,
    ffn: isFfn ? layer.ffn * kept : layer.ffn,
  }))
  return { ...spec, layers }
}

export const floatSizes = (spec: ModelSpec, tokens: number): Sizes => sizesIn(FLOAT_FORMAT, spec, tokens)

function sizesIn(format: StorageFormat, spec: ModelSpec, tokens: number): Sizes {
  return {
    parameters: Math.round(parameterCount(spec)),
    bytes: Math.round(modelBytes(spec, format)),
    multiplyAdds: Math.round(multiplyAdds(spec, tokens)),
    isEstimate: true,
  }
}

/** Sizes of a quantized model: the same parameters and multiply-adds, fewer bytes. */
export function quantizedSizes(spec: ModelSpec, settings: OptionValues, tokens: number): Sizes {
  const scheme = settings.scheme === 'W4A16' ? 'W4A16' : 'W8A8_DYNAMIC'
  const groupSize = typeof settings.group_size === 'number' ? settings.group_size : 64
  const ignored = Array.isArray(settings.ignore) ? (settings.ignore as readonly string[]) : []
  const format: StorageFormat = {
    scheme,
    groupSize,
    embeddings: settings.embeddings === 'F32' ? 'F32' : 'INT8',
    isExempt: (layer) => ignored.some((part) => layer.includes(part)),
  }
  return sizesIn(format, spec, tokens)
}
