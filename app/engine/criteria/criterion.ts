// What an importance criterion is: a score for every head and every feed-forward neuron of a model.
import type { Gpu } from '../../../kernels/runtime/gpu.ts'
import type { Watch } from '../base/watch.ts'
import type { Model } from '../model/model.ts'

/** Scores by layer: what the loss is estimated to rise by (in the criterion's own unit) if a unit is removed. */
export interface ImportanceScores {
  readonly heads: readonly Float64Array[]
  readonly neurons: readonly Float64Array[]
}

export interface ScoringContext {
  readonly gpu: Gpu
  readonly model: Model
  /** Token ids of the texts to score on. */
  readonly ids: readonly Uint32Array[]
  /** Label per text, -1 where there is none. */
  readonly labels: Int32Array
  readonly seed: number
  readonly watch: Watch
}

export interface Criterion {
  readonly id: string
  readonly label: string
  readonly help: string
  score(context: ScoringContext): Promise<ImportanceScores>
}
