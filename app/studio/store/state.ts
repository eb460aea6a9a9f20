// What the studio remembers: small, readonly and serialisable. Everything else on screen is derived from it.
import type {
  Catalog,
  CheckProvider,
  Command,
  DataDetails,
  DeviceReport,
  ErrorReport,
  Event,
  ExportedFile,
  FileCheck,
  LayerImportance,
  LossPoint,
  ModelRow,
  ModelSummary,
  OptionValues,
  Progress,
  RowKey,
  Snippet,
  StageKind,
  StageRecipe,
} from '../../engine/protocol.ts'
import { type CostSettings, DEFAULT_COST, PRICE_RANGE } from './cost.ts'
import { type Insight, NO_INSIGHT } from './insight.ts'
import type { KeepingState } from './keeping.ts'
import type { Opening } from './opening.ts'

/** What was asked of the engine when a row was made; a row whose settings have changed since is stale. */
export interface Launch {
  readonly stage: StageRecipe
  readonly untrained: boolean
  readonly seed: number
}

export interface RowEntry {
  readonly row: ModelRow
  readonly launch?: Launch
  /** True once the model behind the numbers is gone or being replaced; they stay on screen, marked stale. */
  readonly isOutdated: boolean
  /** True if the run was cancelled and this is the best it had reached. */
  readonly isCancelled?: boolean
}

/** One measurement that was once a row of the table; see history.ts. */
export interface Result {
  readonly id: number
  readonly key: RowKey
  readonly row: ModelRow
  /** Stages that made it, first to last; empty for the teacher, and where they are not known. */
  readonly launches: readonly Launch[]
  readonly seed: number
  /** Names model and data: results that differ in it were not measured on the same texts. */
  readonly subject: string
  /** True if the run was cancelled and this is the best it had reached. */
  readonly isCancelled?: boolean
}

/** What a machine costs; typed by the user. */
export interface Prices {
  /** Dollars an hour of the machine that answers requests. */
  readonly perHour: number
}

/** A command that starts work on the models. */
export type StartCommand = Extract<Command, { type: 'run-stage' | 'run-all' }>

export interface Alert {
  readonly id: number
  readonly error: ErrorReport
  readonly stage?: string
}

/** The last thing worth saying aloud; the live region puts it in words. */
export type News =
  | { readonly kind: 'state'; readonly state: Activity['state']; readonly stage?: Activity['stage'] }
  | { readonly kind: 'row'; readonly key: RowKey }
  | { readonly kind: 'exported'; readonly name: string }
  | { readonly kind: 'model'; readonly name: string }
  | { readonly kind: 'closed' }

export type Activity = Omit<Extract<Event, { type: 'state' }>, 'type'>
export type GpuState = Omit<Extract<Event, { type: 'gpu' }>, 'type'>
export type MemoryState = Omit<Extract<Event, { type: 'memory' }>, 'type'>
export type Predictions = Omit<Extract<Event, { type: 'predicted' }>, 'type'>

export interface Exported {
  readonly name: string
  readonly bytes: number
  readonly files: readonly ExportedFile[]
  readonly snippets: readonly Snippet[]
  /** What another runtime made of a file, by its path. */
  readonly checks: Readonly<Record<string, Readonly<Partial<Record<CheckProvider, FileCheck>>>>>
  /** Where on the Hub it was uploaded to. */
  readonly uploaded?: { readonly repo: string; readonly url: string }
  /** Written to a picked folder, not as a zip. */
  readonly isFolder: boolean
  /** Address of the zip in this tab, to save it once more. */
  readonly url?: string
  /** True once a row changed after the export. */
  readonly isOutdated: boolean
}

/** Value of `bitWidth` that means: no quantized model. */
export const FLOAT_WIDTH = 'FP32'

export interface StudioState {
  readonly catalog?: Catalog
  readonly gpu?: GpuState
  readonly memory?: MemoryState
  /** Bytes held over the last minutes, at most MAX_MEMORY_POINTS. */
  readonly memoryLog: readonly { readonly seconds: number; readonly now: number }[]
  /** Scores of the last prune, by layer of the model before it. */
  readonly importance?: readonly LayerImportance[]
  /** A failure of the GPU itself, shown where the GPU's name would be. */
  readonly gpuFault?: ErrorReport
  readonly model?: ModelSummary
  readonly data?: DataDetails
  readonly rows: Readonly<Partial<Record<RowKey, RowEntry>>>
  /** Every measured result, oldest first, at most MAX_RESULTS. */
  readonly history: readonly Result[]
  readonly prices: Prices
  readonly cost: CostSettings
  readonly activity: Activity
  readonly progress?: Progress
  /** At most MAX_LOSS_POINTS a stage. */
  readonly losses: Readonly<Partial<Record<StageKind, readonly LossPoint[]>>>
  /** Stage whose losses came last. */
  readonly lossStage?: StageKind
  readonly settings: Readonly<Record<StageKind | 'data', OptionValues>>
  readonly seed: number
  /** FLOAT_WIDTH or the id of a scheme. */
  readonly bitWidth: string
  /** True once the prune ratio was touched: quantized estimates then build on the pruned one. */
  readonly isPrunePlanned: boolean
  /** What is under way, so that a row knows the settings it was made with. */
  readonly launches: readonly Launch[]
  /** Work that waits for the present work to end; only the latest request is kept. */
  readonly queued?: StartCommand
  /** Stages whose last run ended in an error. */
  readonly failed: readonly string[]
  readonly alerts: readonly Alert[]
  readonly alertCount: number
  readonly exported?: Exported
  /** `format/precision` of every export that is ticked. */
  readonly chosenExports: readonly string[]
  readonly predictions?: Predictions
  /** What a closer look shows. */
  readonly insight: Insight
  readonly opening: Opening
  /** What the last measurement of this device gave. */
  readonly device?: DeviceReport
  readonly keeping: KeepingState
  readonly news?: News
}

export const initialState: StudioState = {
  rows: {},
  memoryLog: [],
  history: [],
  prices: { perHour: PRICE_RANGE.default },
  cost: DEFAULT_COST,
  activity: { state: 'idle' },
  losses: {},
  settings: { distill: {}, prune: {}, quantize: {}, data: {} },
  seed: 0,
  bitWidth: FLOAT_WIDTH,
  isPrunePlanned: false,
  launches: [],
  failed: [],
  alerts: [],
  alertCount: 0,
  chosenExports: [],
  insight: NO_INSIGHT,
  opening: {},
  keeping: {},
}
