// Opened tables: columns, classes, duplicates, token lengths.
import type { DataSummary } from './report.ts'

export type DataRole = 'train' | 'test'

export interface DataDetails extends DataSummary {
  readonly name: string
  readonly columns: readonly string[]
  readonly text: string
  readonly label: string | null
  /** Labels of the data that the model does not know, with their row counts; such rows are not scored. */
  readonly unknownLabels: readonly { readonly label: string; readonly rows: number }[]
  readonly emptyTexts: number
  /** First rows, for a look. */
  readonly preview: readonly { readonly text: string; readonly label?: string }[]
  readonly tables: readonly DataTable[]
  readonly classes: readonly ClassCount[]
  readonly duplicates: DuplicateFacts
  readonly tokens: TokenFacts
}

/** An open table, as it was before validation rows were held out. */
export interface DataTable {
  readonly role: DataRole
  readonly name: string
  readonly rows: number
}

/** Rows of a class of the model; those of the training table with the ones held out for validation. */
export interface ClassCount {
  readonly label: string
  readonly train: number
  readonly test: number
}

/** Texts that stand twice, compared without regard to case and to runs of white space; empty texts are left out. */
export interface DuplicateFacts {
  /** Training rows whose text an earlier one has already. */
  readonly repeated: number
  /** Texts of the training table that carry more than one class. */
  readonly conflicting: number
  /** Test rows whose text stands in the training table too. */
  readonly leaked: number
  /** Those of them whose class is another one there. */
  readonly leakedConflicting: number
  /** The first few leaked texts, each once, with its class in either table. */
  readonly examples: readonly { readonly text: string; readonly train?: string; readonly test?: string }[]
}

/** Tokens of a text, special tokens counted. */
export interface TokenFacts {
  readonly mean: number
  readonly p95: number
  readonly longest: number
  /** Texts longer than `limit`. */
  readonly cut: number
  /** Tokens at which texts are cut: the least of `max_length`, the tokenizer's limit and the model's positions. */
  readonly limit: number
  /** Bin i counts lengths above i × width and up to (i + 1) × width; the last one takes all longer texts too. */
  readonly histogram: { readonly width: number; readonly counts: readonly number[] }
}
