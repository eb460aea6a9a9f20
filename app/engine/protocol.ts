// Commands, events and rows: all that the studio and the command line may see of the engine. Plain data only.
import type { ErrorReport } from './base/errors.ts'
import type { OptionDefinition, OptionValues } from './base/options.ts'
import type { LayerSpec, ModelSpec, WeightGroup } from './model/spec.ts'

export type { ChecklistItem, ErrorReport } from './base/errors.ts'
export type { OptionDefinition, OptionValue, OptionValues } from './base/options.ts'
export { nestOptions } from './base/options.ts'
export type { LayerSpec, ModelSpec, WeightGroup } from './model/spec.ts'
export {
  encoderParameterCount,
  exportedBytes,
  FLOAT_FORMAT,
  headParameterCount,
  modelBytes,
  multiplyAdds,
  neuronParameterCount,
  parameterCount,
  SCHEME_OF_PRECISION,
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
  /** Median milliseconds of one text in that runtime. */
  readonly latency_ms?: Pick<Latency, 'batch' | 'tokens' | 'p50'>
}

/** What another runtime made of an exported file, or why it could not be asked. */
export type FileCheck =
  | ({
      readonly kind: 'checked'
      /** Rows on which the runtime may predict another class than we do. */
      readonly allowed: number
      /** Compared with the model before its weights were rounded for this file, since that width is no row. */
      readonly isRounded: boolean
    } & Pick<ExportResult, 'runtime' | 'n' | 'agreement' | 'accuracy' | 'latency_ms'>)
  | { readonly kind: 'failed'; readonly error: ErrorReport }

/** Lines to copy that run an exported folder. */
export interface Snippet {
  readonly id: 'python' | 'javascript' | 'command'
  readonly code: string
}

export interface ExportedFile {
  /** Path inside the exported folder. */
  readonly file: string
  readonly bytes: number
  /** Another runtime can check it. */
  readonly isCheckable: boolean
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

export interface ExportPrecision extends CatalogEntry {
  /** Runtimes that open the file. */
  readonly runsOn: string
}

/** What the engine can do, sent once at start; the studio draws every control from it. */
export interface Catalog {
  readonly architectures: readonly CatalogEntry[]
  readonly criteria: readonly CatalogEntry[]
  readonly schemes: readonly CatalogEntry[]
  readonly exports: readonly (CatalogEntry & { readonly precisions: readonly ExportPrecision[] })[]
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

/** A model of the Hub as listed: what a download would fetch. */
export interface HubListing {
  /** `org/name` */
  readonly repo: string
  /** As asked for: a branch, a tag or a commit. */
  readonly revision: string
  /** The commit that the files are of. */
  readonly commit: string
  readonly files: readonly { readonly path: string; readonly bytes: number }[]
  readonly bytes: number
}

/** A downloaded model in the browser's private storage. */
export interface KeptModel {
  readonly id: string
  readonly repo: string
  readonly revision: string
  /** Bytes that are there. */
  readonly bytes: number
  /** Bytes of the whole; more than `bytes` while a download is unfinished. */
  readonly whole: number
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
  readonly tables: readonly DataTable[]
  readonly classes: readonly ClassCount[]
  readonly duplicates: DuplicateFacts
  readonly tokens: TokenFacts
}

export type DataRole = 'train' | 'test'

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

export interface LossPoint {
  readonly stage: StageKind
  readonly step: number
  readonly loss: number
  /** Set where a validation was measured at this step: accuracy, or agreement without labels. */
  readonly validation?: number
}

/** Row slots of the table. Quantized rows are keyed by scheme and group size, since they are alternatives. */
export type RowKey = 'teacher' | 'distill' | 'prune' | `quantize:${string}`

/** What a stage was asked for with, as it leads to a row. */
export interface LaunchedStage {
  readonly stage: StageRecipe
  readonly untrained: boolean
  readonly seed: number
}

/** A session that was kept before this page was opened. */
export interface KeptSummary {
  readonly model: string
  readonly rows: readonly RowKey[]
  /** The stage that had not ended, and the step that its training goes on from, if it got that far. */
  readonly running?: { readonly stage: StageKind; readonly step?: number }
  /** Milliseconds since 1970. */
  readonly savedAt: number
  readonly bytes: number
  /** Files that have to be opened again first, since they were not kept. */
  readonly missingFiles: readonly string[]
}

/**
 * Whether the work can be gone on with after a reload or a crash: `kept`; not yet, since nothing was trained; or why not.
 * `without-files`: the model and the data do not fit and have to be opened again.
 */
export type Keeping = 'idle' | 'kept' | 'without-files' | 'other-tab' | 'undecided' | 'full' | 'unavailable'

export type Command =
  /** Loads the sample that is served beside the page. */
  | { readonly type: 'open-sample' }
  | {
      readonly type: 'open-model'
      readonly name: string
      readonly files: readonly { readonly path: string; readonly file: File }[]
    }
  /** Lists the files of a Hub model. `token` is used for this command and kept nowhere. */
  | { readonly type: 'find-hub-model'; readonly address: string; readonly token?: string }
  /** Fetches what was listed, or what is missing of it, and opens it. */
  | { readonly type: 'download-hub-model'; readonly address: string; readonly token?: string }
  | { readonly type: 'list-kept' }
  | { readonly type: 'open-kept'; readonly id: string }
  | { readonly type: 'delete-kept'; readonly id: string }
  /** Loads what was inspected and did not fit. */
  | { readonly type: 'load-inspected' }
  | {
      readonly type: 'open-data'
      /** The tables came with a model just sent, and wait with it if it waits. */
      readonly isWithModel?: boolean
      /** A table that is absent stays as it is. */
      readonly train?: File
      readonly test?: File
    }
  /** Gives an open table the other role, changing places with the one that has it, or closes it. */
  | { readonly type: 'arrange-data'; readonly role: DataRole; readonly action: 'move' | 'remove' }
  /** Chooses other columns or another length for the data already open. */
  | { readonly type: 'set-data'; readonly data: Partial<DataRecipe> }
  | { readonly type: 'set-seed'; readonly seed: number }
  /** Takes over the seed, data options and settings of a recipe, once it is checked; nothing is run. */
  | { readonly type: 'open-recipe'; readonly name: string; readonly text: string }
  /** Runs one stage on the result of the one before; rows after it are dropped. With `untrained`, a prune skips recovery. */
  | { readonly type: 'run-stage'; readonly stage: StageRecipe; readonly untrained?: boolean }
  | { readonly type: 'run-all'; readonly stages: readonly StageRecipe[] }
  | { readonly type: 'drop-stage'; readonly kind: StageKind }
  | { readonly type: 'pause' }
  /** While paused: one training step, or one batch. */
  | { readonly type: 'step' }
  | { readonly type: 'resume' }
  | { readonly type: 'cancel' }
  /** Opens the kept session that was offered and goes on with it. */
  | { readonly type: 'resume-session' }
  | { readonly type: 'discard-session' }
  /** Writes the model folder: into `folder`, or as a zip without one; then checks small files in another runtime. */
  | {
      readonly type: 'export'
      readonly exports: readonly ExportRecipe[]
      readonly folder?: FileSystemDirectoryHandle
    }
  /** Checks a file of the last export in another runtime. */
  | { readonly type: 'verify'; readonly file: string }
  /** Commits the last export to a repository of the Hub. `token` is used for this command and kept nowhere. */
  | { readonly type: 'upload'; readonly repo: string; readonly isPrivate: boolean; readonly token: string }
  | { readonly type: 'predict'; readonly text: string }
  /** Where a student differs from the teacher; answered at once, while a stage trains too. */
  | { readonly type: 'differences'; readonly key: RowKey }
  /** What the heads of every model attend to in a text. */
  | { readonly type: 'attention'; readonly text: string }

export type RestoreReason = 'asked' | 'device-lost'

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
  /** What the header says, before any weight is read. With `isWaiting` nothing is loaded until `load-inspected`. */
  | {
      readonly type: 'inspected'
      readonly model: ModelSummary
      readonly fit: readonly FitVerdict[]
      readonly isWaiting: boolean
    }
  | { readonly type: 'hub-listing'; readonly listing: HubListing }
  /** `usage` and `quota`: bytes, by the browser's own estimate. */
  | {
      readonly type: 'kept'
      readonly models: readonly KeptModel[]
      readonly usage: number
      readonly quota: number
    }
  /** Rows that an opened export brought along: measured earlier, perhaps on another machine. */
  | { readonly type: 'reported'; readonly report: Report }
  | { readonly type: 'model'; readonly model: ModelSummary }
  | { readonly type: 'data'; readonly data: DataDetails }
  /** The last table was closed. */
  | { readonly type: 'data-closed' }
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
      /** Absent where the files were written to a picked folder. */
      readonly zip?: Blob
      /** Of the zip or of the folder. */
      readonly name: string
      readonly bytes: number
      readonly files: readonly ExportedFile[]
      readonly snippets: readonly Snippet[]
    }
  | { readonly type: 'verified'; readonly file: string; readonly check: FileCheck }
  /** `url`: the repository's page. */
  | { readonly type: 'uploaded'; readonly repo: string; readonly url: string }
  | {
      readonly type: 'predicted'
      readonly text: string
      readonly predictions: readonly {
        readonly key: RowKey
        readonly label: string
        readonly probability: number
        /** The likeliest classes, this one first. */
        readonly top: readonly Guess[]
      }[]
    }
  | { readonly type: 'differences'; readonly key: RowKey; readonly differences: Differences }
  | {
      readonly type: 'attention'
      readonly text: string
      /** As the tokenizer names them: [T] */
      readonly tokens: readonly string[]
      /** Tokens of the text beyond those shown, which the models did not see. */
      readonly cutTokens: number
      readonly models: readonly AttentionModel[]
    }
  /** Absent `kept`: what was offered is no longer. */
  | { readonly type: 'offer'; readonly kept?: KeptSummary }
  | {
      readonly type: 'keeping'
      readonly keeping: Keeping
      /** Bytes kept now, and what the browser leaves for more. */
      readonly bytes?: number
      readonly room?: number
      /** Of the latest checkpoint of a training. */
      readonly step?: number
    }
  /** The GPU was lost; the engine is opening it and the session again. */
  | { readonly type: 'recovering' }
  /** The kept rows are back. */
  | {
      readonly type: 'restored'
      readonly reason: RestoreReason
      readonly launches: readonly LaunchedStage[]
      /** Rows whose training had been cancelled. */
      readonly cancelled: readonly RowKey[]
      /** They were made on another adapter: going on is right, but not bit-equal. */
      readonly isOtherAdapter: boolean
    }
  /** Training goes on from a checkpoint. */
  | { readonly type: 'resumed'; readonly stage: StageKind; readonly step: number; readonly steps: number }
  | { readonly type: 'error'; readonly error: ErrorReport; readonly stage?: string }
