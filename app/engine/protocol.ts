// Commands, events and rows: all that the studio and the command line may see of the engine. Plain data only.
import type { ErrorReport } from './base/errors.ts'
import type { OptionDefinition, OptionValues } from './base/options.ts'
import type { LayerSpec, ModelSpec, WeightGroup } from './model/spec.ts'

export type { ErrorReport } from './base/errors.ts'
export type { OptionDefinition, OptionValue, OptionValues } from './base/options.ts'
export type { LayerSpec, ModelSpec, WeightGroup } from './model/spec.ts'
export {
  encoderParameterCount,
  headParameterCount,
  modelBytes,
  multiplyAdds,
  neuronParameterCount,
  parameterCount,
} from './model/spec.ts'

export type StageKind = 'distill' | 'prune' | 'quantize'

/** One stage of a recipe: its kind and the values of its options, with the keys that the catalog names. */
export type StageRecipe = { readonly kind: StageKind } & OptionValues

export interface DataRecipe {
  readonly train?: string
  readonly test?: string
  readonly text: string
  /** Absent or null: the data has no labels. */
  readonly label?: string | null
  /** Share of the training rows held out for validation. */
  readonly validation: number
  /** Tokens, special tokens counted. */
  readonly max_length: number
}

export interface ExportRecipe {
  readonly format: string
  readonly precision: string
}

export interface Recipe {
  readonly recipe_version: 1
  /** Folder relative to the recipe's own file, or `hub:org/name`. */
  readonly model: string
  readonly seed: number
  readonly data: DataRecipe
  readonly stages: readonly StageRecipe[]
  readonly export: readonly ExportRecipe[]
}

export interface Latency {
  readonly batch: number
  readonly tokens: number
  /** Milliseconds. */
  readonly p50: number
  readonly p95: number
  readonly samples: readonly number[]
}

/** One measured model: a row of the comparison table and of report.json. Fractions are 0–1. */
export interface ModelRow {
  readonly stage: 'teacher' | StageKind
  readonly scheme?: string
  readonly group_size?: number
  readonly parameters: number
  readonly encoder_parameters: number
  readonly bytes: number
  /** `bytes` by group of weights. */
  readonly group_bytes: Readonly<Record<WeightGroup, number>>
  /** GPU memory of the model alone: its weights, and the most that its activations took while it was measured. */
  readonly gpu_bytes: number
  readonly multiply_adds: number
  readonly layers: readonly LayerSpec[]
  readonly split: 'test' | 'validation'
  readonly n: number
  /** Absent without labels; then `agreement` stands in its place. */
  readonly accuracy?: number
  /** 95 % Wilson interval of accuracy, or of agreement without labels. */
  readonly interval: readonly [low: number, high: number]
  readonly macro_f1?: number
  readonly agreement: number
  /** Mean KL(teacher ‖ model) in nats. */
  readonly kl: number
  /** Exact McNemar test against the teacher; absent without labels. */
  readonly p_value?: number
  readonly latency_ms: Latency
  /** Seconds the stage took, training and measuring. */
  readonly seconds: number
}

export interface SelfTest {
  readonly passed: number
  readonly failed: readonly string[]
}

export interface AdapterInfo {
  readonly vendor: string
  readonly architecture: string
  readonly description: string
  readonly fallback: boolean
}

export interface DataSummary {
  readonly train: number
  readonly validation: number
  readonly test: number
  readonly labels: number
}

export interface ExportResult {
  readonly file: string
  readonly bytes: number
  /** Index of the row that the file holds. */
  readonly row: number
  readonly runtime: string
  readonly n: number
  /** Share of rows where the runtime predicts what our engine predicts. */
  readonly agreement: number
  readonly accuracy?: number
}

export interface Report {
  readonly report_version: 1
  readonly adapter: AdapterInfo
  readonly self_test: SelfTest
  readonly data: DataSummary
  readonly rows: readonly ModelRow[]
  readonly exports: readonly ExportResult[]
  /** Peak bytes of GPU memory while training, by our own ledger. */
  readonly peak_gpu_bytes: number
}

/** A criterion, scheme or export as the catalog describes it: everything a control needs. */
export interface CatalogEntry {
  readonly id: string
  readonly label: string
  readonly help: string
}

/** What the engine can do, sent once at start; the studio draws every control from it. */
export interface Catalog {
  readonly architectures: readonly CatalogEntry[]
  readonly criteria: readonly CatalogEntry[]
  readonly schemes: readonly CatalogEntry[]
  readonly exports: readonly (CatalogEntry & { readonly precisions: readonly CatalogEntry[] })[]
  readonly stages: Readonly<Record<StageKind, readonly OptionDefinition[]>>
  readonly data: readonly OptionDefinition[]
}

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
  /** Tokens of a text: mean, 95th percentile, longest, and how many texts are cut at `max_length`. */
  readonly tokens: {
    readonly mean: number
    readonly p95: number
    readonly longest: number
    readonly cut: number
  }
}

/** Which part of a stage is under way. */
export type Phase =
  | 'load'
  | 'self-test'
  | 'teacher'
  | 'train'
  | 'validate'
  | 'importance'
  | 'rebuild'
  | 'quantize'
  | 'measure'
  | 'export'
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

export interface LossPoint {
  readonly stage: StageKind
  readonly step: number
  readonly loss: number
  /** Set where a validation was measured at this step: accuracy, or agreement without labels. */
  readonly validation?: number
}

/** Row slots of the table. Quantized rows are keyed by scheme and group size, since they are alternatives. */
export type RowKey = 'teacher' | 'distill' | 'prune' | `quantize:${string}`

export type Command =
  /** Loads the sample that is served beside the page. */
  | { readonly type: 'open-sample' }
  | {
      readonly type: 'open-model'
      readonly name: string
      readonly files: readonly { readonly path: string; readonly file: File }[]
    }
  | {
      readonly type: 'open-data'
      /** A table that is absent stays as it is. */
      readonly train?: File
      readonly test?: File
    }
  /** Chooses other columns or another length for the data already open. */
  | { readonly type: 'set-data'; readonly data: Partial<DataRecipe> }
  | { readonly type: 'set-seed'; readonly seed: number }
  /** Runs one stage on the result of the one before; rows after it are dropped. With `untrained`, a prune skips recovery. */
  | { readonly type: 'run-stage'; readonly stage: StageRecipe; readonly untrained?: boolean }
  | { readonly type: 'run-all'; readonly stages: readonly StageRecipe[] }
  | { readonly type: 'drop-stage'; readonly kind: StageKind }
  | { readonly type: 'pause' }
  | { readonly type: 'resume' }
  | { readonly type: 'cancel' }
  | { readonly type: 'export'; readonly exports: readonly ExportRecipe[] }
  | { readonly type: 'predict'; readonly text: string }

export type Event =
  | { readonly type: 'catalog'; readonly catalog: Catalog }
  | {
      readonly type: 'gpu'
      readonly adapter: AdapterInfo
      readonly selfTest: SelfTest
      readonly budget: number
    }
  | {
      readonly type: 'memory'
      /** Since the engine started. */
      readonly seconds: number
      readonly now: number
      readonly peak: number
      readonly budget: number
      /** Bytes held now by what holds them: weights, activations, gradients, … */
      readonly owners: Readonly<Record<string, number>>
    }
  | { readonly type: 'model'; readonly model: ModelSummary }
  | { readonly type: 'data'; readonly data: DataDetails }
  /** A recipe came with what was opened: the sample's, or that of an exported folder. Settings take its values. */
  | { readonly type: 'recipe'; readonly recipe: Recipe }
  /** The model of a row was built; its numbers follow in `row`. */
  | { readonly type: 'row'; readonly key: RowKey; readonly row: ModelRow }
  | { readonly type: 'dropped'; readonly keys: readonly RowKey[] }
  | { readonly type: 'progress'; readonly progress: Progress }
  | { readonly type: 'loss'; readonly points: readonly LossPoint[] }
  | { readonly type: 'importance'; readonly layers: readonly LayerImportance[] }
  | {
      readonly type: 'state'
      readonly state: 'idle' | 'running' | 'paused'
      readonly stage?: 'open' | 'teacher' | StageKind | 'export'
    }
  | {
      readonly type: 'exported'
      readonly zip: Blob
      readonly name: string
      readonly files: readonly { readonly file: string; readonly bytes: number }[]
    }
  | {
      readonly type: 'predicted'
      readonly text: string
      readonly predictions: readonly {
        readonly key: RowKey
        readonly label: string
        readonly probability: number
      }[]
    }
  | { readonly type: 'error'; readonly error: ErrorReport; readonly stage?: string }
