// What a run tells while it is under way.
import type { StageKind } from './recipe.ts'

/** Which part of a stage is under way. */
export type Phase =
  | 'load'
  | 'download'
  | 'self-test'
  | 'teacher'
  | 'train'
  | 'validate'
  | 'importance'
  | 'rebuild'
  | 'quantize'
  | 'measure'
  | 'export'
  | 'pack'
  | 'upload'
  | 'verify'

export interface Progress {
  readonly stage: 'open' | 'teacher' | StageKind | 'export'
  readonly phase: Phase
  readonly done: number
  readonly total: number
  /** What `done` counts: steps, rows, tensors, bytes. */
  readonly unit: string
  /** Units a second, over the last few seconds. */
  readonly rate: number
  readonly secondsLeft?: number
}

export interface LossPoint {
  readonly stage: StageKind
  readonly step: number
  readonly loss: number
  /** Set where a validation was measured at this step: accuracy, or agreement without labels. */
  readonly validation?: number
}

/** Scores that a prune ranked units by, and what it kept, of one layer of the model before it. */
export interface LayerImportance {
  /** Layer of the original teacher. */
  readonly source: number
  readonly heads: readonly number[]
  readonly neurons: readonly number[]
  /** Numbers of the heads and neurons that stay, in increasing order. */
  readonly keptHeads: readonly number[]
  readonly keptNeurons: readonly number[]
  /** False where the whole layer goes. */
  readonly isKept: boolean
}
