// Events: what the engine tells the page.
import type { ErrorReport } from '../base/errors.ts'
import type { Catalog } from './catalog.ts'
import type { DataDetails } from './data.ts'
import type { DeviceReport } from './device.ts'
import type { CheckProvider, ExportedFile, FileCheck, Snippet } from './exports.ts'
import type { AttentionModel, Differences, Guess } from './insight.ts'
import type { Keeping, KeptSummary, LaunchedStage, RestoreReason } from './keeping.ts'
import type { FitVerdict, HubListing, KeptModel, ModelSummary } from './model.ts'
import type { LayerImportance, LossPoint, Progress } from './progress.ts'
import type { Recipe, StageKind } from './recipe.ts'
import type { AdapterInfo, ModelRow, Report, RowKey, SelfTest } from './report.ts'

export type Event =
  | { readonly type: 'catalog'; readonly catalog: Catalog }
  | {
      readonly type: 'gpu'
      readonly adapter: AdapterInfo
      readonly selfTest: SelfTest
      /** Checks of the self-test that are still to be run. */
      readonly untested: number
      readonly budget: number
    }
  | { readonly type: 'self-test'; readonly selfTest: SelfTest; readonly untested: number }
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
  /** The verdicts on the open model with the settings asked about. */
  | { readonly type: 'fit'; readonly fit: readonly FitVerdict[] }
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
  | { readonly type: 'model-closed' }
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
      readonly stage?: Progress['stage']
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
  | {
      readonly type: 'verified'
      readonly file: string
      readonly provider: CheckProvider
      readonly check: FileCheck
    }
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
  | { readonly type: 'device-measured'; readonly report: DeviceReport }
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
