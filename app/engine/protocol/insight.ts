// Answers to questions about models: guesses, differences, attention.
import type { RowKey } from './report.ts'

/** A class and how likely a model finds it, 0–1. */
export interface Guess {
  readonly label: string
  readonly probability: number
}

/** Only the student is right, only the teacher is, or they differ and neither is (or nobody knows). */
export type DifferenceKind = 'gained' | 'lost' | 'changed'

/** A scored row on which teacher and student predict different classes. */
export interface DifferingRow {
  readonly text: string
  /** Absent where the row has none. */
  readonly label?: string
  readonly teacher: Guess
  readonly student: Guess
  readonly kind: DifferenceKind
}

/** Labelled rows of one class, and how many of them each model gets right. */
export interface ClassChange {
  readonly label: string
  readonly n: number
  readonly teacherRight: number
  readonly studentRight: number
}

/** Rows of one class taken for another, by each model. */
export interface ConfusionChange {
  readonly actual: string
  readonly predicted: string
  readonly teacherCount: number
  readonly studentCount: number
}

export interface Differences {
  /** Rows that were compared. */
  readonly compared: number
  readonly counts: Readonly<Record<DifferenceKind, number>>
  /** The first of each kind, those of which the student is surest before others; `counts` says how many there are. */
  readonly rows: readonly DifferingRow[]
  /** Empty without labels, as `confusions` is. */
  readonly classes: readonly ClassChange[]
  /** Pairs whose count differs, the largest differences first. */
  readonly confusions: readonly ConfusionChange[]
}

/** Attention probabilities of one layer: for each head that is left [T · T], a row for each token that looks. */
export interface AttentionLayer {
  /** Layer of the original teacher. */
  readonly source: number
  readonly heads: readonly Float32Array<ArrayBuffer>[]
}

export interface AttentionModel {
  readonly key: RowKey
  readonly layers: readonly AttentionLayer[]
}
