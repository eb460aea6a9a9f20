// Which heads, neurons and layers to keep, from their scores: arithmetic only, no weights.
import { StudioError } from '../base/errors.ts'
import type { ImportanceScores } from '../criteria/criterion.ts'
import {
  encoderParameterCount,
  headParameterCount,
  type LayerSpec,
  type ModelSpec,
  neuronParameterCount,
} from '../model/spec.ts'
import type { LayerImportance } from '../protocol.ts'

export type PruningTarget = 'heads' | 'ffn' | 'layers'

/** Kept units of one layer of the model before pruning, in increasing order. */
export interface KeptUnits {
  /** Layer number before pruning. */
  readonly layer: number
  readonly heads: readonly number[]
  readonly neurons: readonly number[]
}

/** The layers that stay, with their kept units. */
export interface PruningPlan {
  readonly kept: readonly KeptUnits[]
  readonly spec: ModelSpec
}

interface Unit {
  readonly kind: 'head' | 'neuron' | 'layer'
  readonly layer: number
  readonly index: number
  readonly scorePerParameter: number
  readonly parameters: number
}

export interface PruningOptions {
  /** Share of the encoder's parameters to remove. */
  readonly ratio: number
  readonly targets: readonly PruningTarget[]
  /** Kept neurons per layer are rounded to a multiple of this. */
  readonly roundTo: number
  /** Heads that stay whatever their score; so do the layers that they stand in. */
  readonly pinned?: readonly PinnedHead[]
}

export interface PinnedHead {
  /** Layer number of the model that is pruned. */
  readonly layer: number
  readonly head: number
}

/**
 * Reads pins such as `4.0`: layer 4 of the original teacher, head 0 of that layer as it is now.
 * @throws StudioError `option-invalid` when the model has no such layer or head
 */
export function parsePins(spec: ModelSpec, names: readonly string[]): PinnedHead[] {
  return names.map((name) => {
    const [, source, head] = /^(\d+)\.(\d+)$/.exec(name.trim()) ?? []
    const layer = spec.layers.findIndex((candidate) => candidate.source === Number(source))
    if (head !== undefined && layer >= 0 && Number(head) < spec.layers[layer]!.heads)
      return { layer, head: Number(head) }
    const allowed = spec.layers.map(({ source: from, heads }) => `${from}.0 to ${from}.${heads - 1}`)
    throw new StudioError(
      'option-invalid',
      `prune: "pinned" has "${name}", which is no layer.head of this model; it has ${allowed.join(', ')}.`,
    )
  })
}

/**
 * Ranks all units together by score per parameter and removes the least until `ratio` of the encoder is gone.
 * A whole layer scores the sum of its units (diagonal estimate). One layer always stays.
 */
export function planPruning(spec: ModelSpec, scores: ImportanceScores, options: PruningOptions): PruningPlan {
  const units = listUnits(spec, scores, options.targets).filter((unit) => !isPinned(unit, options.pinned))
  units.sort((a, b) => a.scorePerParameter - b.scorePerParameter || a.layer - b.layer || a.index - b.index)
  const goal = options.ratio * encoderParameterCount(spec)
  const state = new Removal(spec)
  for (const unit of units) {
    if (state.removed >= goal) break
    state.remove(unit)
  }
  const kept = state.kept().map((layer) => roundNeurons(layer, scores, options.roundTo))
  return { kept, spec: planSpec(spec, kept) }
}

/** What each unit scored and which ones the plan keeps, by layer of the model before pruning. */
export function layerImportance(
  spec: ModelSpec,
  scores: ImportanceScores,
  plan: PruningPlan,
): LayerImportance[] {
  return spec.layers.map(({ source }, layer) => {
    const kept = plan.kept.find((candidate) => candidate.layer === layer)
    return {
      source,
      heads: [...scores.heads[layer]!],
      neurons: [...scores.neurons[layer]!],
      keptHeads: kept?.heads ?? [],
      keptNeurons: kept?.neurons ?? [],
      isKept: kept !== undefined,
    }
  })
}

function isPinned({ kind, layer, index }: Unit, pinned: readonly PinnedHead[] = []): boolean {
  if (kind === 'neuron') return false
  return pinned.some((pin) => pin.layer === layer && (kind === 'layer' || pin.head === index))
}

/** Sizes after pruning. */
export function planSpec(spec: ModelSpec, kept: readonly KeptUnits[]): ModelSpec {
  const layers = kept.map(
    ({ layer, heads, neurons }): LayerSpec => ({
      heads: heads.length,
      ffn: neurons.length,
      source: spec.layers[layer]!.source,
    }),
  )
  return { ...spec, layers }
}

function listUnits(spec: ModelSpec, scores: ImportanceScores, targets: readonly PruningTarget[]): Unit[] {
  const units: Unit[] = []
  const headParameters = headParameterCount(spec)
  const neuronParameters = neuronParameterCount(spec)
  const add = (kind: Unit['kind'], layer: number, values: Float64Array, parameters: number) => {
    values.forEach((score, index) => {
      units.push({ kind, layer, index, scorePerParameter: score / parameters, parameters })
    })
  }
  spec.layers.forEach((_, layer) => {
    const heads = scores.heads[layer]!
    const neurons = scores.neurons[layer]!
    if (targets.includes('heads')) add('head', layer, heads, headParameters)
    if (targets.includes('ffn')) add('neuron', layer, neurons, neuronParameters)
    if (targets.includes('layers')) {
      const total = [...heads, ...neurons].reduce((sum, score) => sum + score, 0)
      const parameters = heads.length * headParameters + neurons.length * neuronParameters
      if (parameters > 0) add('layer', layer, Float64Array.of(total), parameters)
    }
  })
  return units
}

/** Units still standing while the least important are taken away. */
class Removal {
  removed = 0
  readonly #heads: Set<number>[]
  readonly #neurons: Set<number>[]
  readonly #dropped = new Set<number>()
  readonly #spec: ModelSpec

  constructor(spec: ModelSpec) {
    this.#spec = spec
    this.#heads = spec.layers.map(({ heads }) => new Set(Array(heads).keys()))
    this.#neurons = spec.layers.map(({ ffn }) => new Set(Array(ffn).keys()))
  }

  remove(unit: Unit): void {
    if (this.#dropped.has(unit.layer)) return
    if (unit.kind === 'layer') this.#dropLayer(unit.layer)
    else {
      const standing = unit.kind === 'head' ? this.#heads : this.#neurons
      standing[unit.layer]!.delete(unit.index)
      this.removed += unit.parameters
    }
  }

  kept(): KeptUnits[] {
    const ascending = (set: Set<number>) => [...set].sort((a, b) => a - b)
    return this.#spec.layers
      .map((_, layer) => ({
        layer,
        heads: ascending(this.#heads[layer]!),
        neurons: ascending(this.#neurons[layer]!),
      }))
      .filter(({ layer }) => !this.#dropped.has(layer))
  }

  #dropLayer(layer: number): void {
    if (this.#dropped.size + 1 >= this.#spec.layers.length) return
    this.#dropped.add(layer)
    this.removed +=
      this.#heads[layer]!.size * headParameterCount(this.#spec) +
      this.#neurons[layer]!.size * neuronParameterCount(this.#spec)
  }
}

/**
 * Keeps the nearest multiple of `roundTo` neurons, giving back or taking the ones next in rank. A layer does not lose all of its
 * neurons to rounding, and one that never had `roundTo` of them keeps its width.
 */
function roundNeurons(kept: KeptUnits, scores: ImportanceScores, roundTo: number): KeptUnits {
  const all = scores.neurons[kept.layer]!
  const most = Math.floor(all.length / roundTo)
  if (most === 0 || kept.neurons.length === 0) return kept
  const wanted = Math.min(most, Math.max(1, Math.round(kept.neurons.length / roundTo))) * roundTo
  if (wanted === kept.neurons.length) return kept
  const standing = new Set(kept.neurons)
  const ranked = [...all.keys()].sort(
    (a, b) => Number(standing.has(b)) - Number(standing.has(a)) || all[b]! - all[a]! || a - b,
  )
  return { ...kept, neurons: ranked.slice(0, wanted).sort((a, b) => a - b) }
}
