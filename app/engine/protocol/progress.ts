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

/** How fast a training computes, over the last few seconds of its steps. */
export interface Throughput {
  /** Of the texts, padding not counted. */
  readonly tokensPerSecond: number
  /** Of the matrix products, forward and backward, and of the teacher's where it runs along. */
  readonly flopsPerSecond: number
  /** Of the most F32 multiply-adds that this adapter does, as measured before: 0–1. */
  readonly shareOfRoof?: number
  /** Share of the positions of the present epoch that is padding, 0–1. */
  readonly paddingShare: number
}

export interface Progress {
  readonly stage: 'open' | 'teacher' | StageKind | 'export' | 'device'
  readonly phase: Phase
  readonly done: number
  readonly total: number
  /** What `done` counts: steps, rows, tensors, bytes. */
  readonly unit: string
  /** Units a second, over the last few seconds. */
  readonly rate: number
  readonly secondsLeft?: number
  /** While training. */
  readonly throughput?: Throughput
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
