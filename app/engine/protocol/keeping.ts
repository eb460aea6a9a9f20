// The session on disk: what is kept, and what came back.
import type { StageKind, StageRecipe } from './recipe.ts'
import type { RowKey } from './report.ts'

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

export type RestoreReason = 'asked' | 'device-lost'
