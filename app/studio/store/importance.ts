// Importance as it is drawn: every unit ranked among its kind, so that layers can be compared at a glance.
import type { LayerImportance } from '../../engine/protocol.ts'

/** 0 for the least important fifth of the units of a kind, 4 for the most important one. */
export type Level = 0 | 1 | 2 | 3 | 4

export interface HeadCell {
  /** `layer.head`, as pins name it. */
  readonly name: string
  readonly source: number
  readonly head: number
  readonly score: number
  readonly level: Level
  readonly isKept: boolean
}

/** Neurons of a layer next to each other in rank, drawn as one cell. */
export interface NeuronCell {
  readonly level: Level
  /** Share of these neurons that stay. */
  readonly kept: number
}

export interface LayerMap {
  readonly source: number
  readonly isKept: boolean
  readonly heads: readonly HeadCell[]
  readonly neurons: { readonly total: number; readonly kept: number; readonly cells: readonly NeuronCell[] }
}

const NEURON_CELLS = 32

export function importanceMap(layers: readonly LayerImportance[]): readonly LayerMap[] {
  const headLevel = leveler(layers.flatMap(({ heads }) => heads))
  const neuronLevel = leveler(layers.flatMap(({ neurons }) => neurons))
  return layers.map((layer) => ({
    source: layer.source,
    isKept: layer.isKept,
    heads: layer.heads.map((score, head) => ({
      name: `${layer.source}.${head}`,
      source: layer.source,
      head,
      score,
      level: headLevel(score),
      isKept: layer.keptHeads.includes(head),
    })),
    neurons: {
      total: layer.neurons.length,
      kept: layer.keptNeurons.length,
      cells: neuronCells(layer, neuronLevel),
    },
  }))
}

/** Neurons from the most to the least important, in at most NEURON_CELLS groups of equal size. */
function neuronCells(
  { neurons, keptNeurons }: LayerImportance,
  level: (score: number) => Level,
): NeuronCell[] {
  const kept = new Set(keptNeurons)
  const ranked = [...neurons.keys()].sort((a, b) => neurons[b]! - neurons[a]!)
  const cells = Math.min(NEURON_CELLS, ranked.length)
  return Array.from({ length: cells }, (_, cell) => {
    const group = ranked.slice(
      Math.floor((cell * ranked.length) / cells),
      Math.floor(((cell + 1) * ranked.length) / cells),
    )
    const mean = group.reduce((sum, neuron) => sum + neurons[neuron]!, 0) / group.length
    return { level: level(mean), kept: group.filter((neuron) => kept.has(neuron)).length / group.length }
  })
}

/** Level of a score by the share of all scores that lie below it. */
function leveler(scores: readonly number[]): (score: number) => Level {
  const sorted = [...scores].sort((a, b) => a - b)
  return (score) => {
    let [low, high] = [0, sorted.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if (sorted[middle]! < score) low = middle + 1
      else high = middle
    }
    return Math.min(4, Math.floor((5 * low) / Math.max(1, sorted.length))) as Level
  }
}
