// An opened model: its size, whether it fits, where it came from.
import type { ModelSpec } from '../model/spec.ts'

export interface ModelSummary {
  readonly name: string
  readonly spec: ModelSpec
  readonly parameters: number
  readonly encoder_parameters: number
  /** Bytes of the weights as they are computed with (F32). */
  readonly bytes: number
  /** Bytes and dtypes by group, as stored in the file. */
  readonly groups: readonly {
    readonly group: string
    readonly parameters: number
    readonly bytes: number
    readonly dtype: string
  }[]
}

/** What memory a model is asked to fit: measuring rows, training a student, writing files. */
export type FitTask = 'run' | 'distill' | 'export'

/** Changed settings, under their names in a recipe, that make a task fit; `needed` bytes remain. */
export interface FitLever {
  readonly changes: {
    readonly hidden_weight?: number
    readonly batch_size?: number
    readonly max_length?: number
    readonly student_layers?: readonly number[]
  }
  readonly needed: number
}

/** Bytes of GPU memory that a task needs, worked out from the header alone. */
export interface FitVerdict {
  readonly task: FitTask
  readonly needed: number
  readonly budget: number
  readonly fits: boolean
  readonly largestTensor: { readonly name: string; readonly bytes: number; readonly limit: number }
  /** Empty where it fits, or where nothing on offer makes it fit. */
  readonly levers: readonly FitLever[]
}

/** A model of the Hub, or of a folder on the page's own server, as listed: what a download would fetch. */
export interface HubListing {
  /** `org/name`; of a folder its path. */
  readonly repo: string
  /** As asked for: a branch, a tag or a commit. Empty of a folder. */
  readonly revision: string
  /** The commit that the files are of; of a folder a digest of the sizes and dates that its server tells. */
  readonly commit: string
  /** Address of a folder; absent of a model of the Hub. Its files are checked by their sizes alone. */
  readonly url?: string
  readonly files: readonly { readonly path: string; readonly bytes: number }[]
  readonly bytes: number
}

/** A downloaded model in the browser's private storage. */
export interface KeptModel {
  readonly id: string
  readonly repo: string
  readonly revision: string
  /** As of its listing. */
  readonly url?: string
  /** Bytes that are there. */
  readonly bytes: number
  /** Bytes of the whole; more than `bytes` while a download is unfinished. */
  readonly whole: number
}
