// Commands: what the page asks of the engine.
import type { DataRole } from './data.ts'
import type { CheckProvider } from './exports.ts'
import type { FitLever } from './model.ts'
import type { DataRecipe, ExportRecipe, StageKind, StageRecipe } from './recipe.ts'
import type { RowKey } from './report.ts'

export type Command =
  /** Loads the sample that is served beside the page. */
  | { readonly type: 'open-sample' }
  | {
      readonly type: 'open-model'
      readonly name: string
      readonly files: readonly { readonly path: string; readonly file: File }[]
    }
  /** Lists the files of a Hub model, or of a folder on the page's own server. `token` is used for this command and kept nowhere. */
  | { readonly type: 'find-hub-model'; readonly address: string; readonly token?: string }
  /** Fetches what was listed, or what is missing of it, and opens it. */
  | { readonly type: 'download-hub-model'; readonly address: string; readonly token?: string }
  /** Times forms of kernels whenever nothing else goes on, and uses the fastest from then on. */
  | { readonly type: 'tune' }
  | { readonly type: 'list-kept' }
  | { readonly type: 'open-kept'; readonly id: string }
  | { readonly type: 'delete-kept'; readonly id: string }
  /** Closes the model with its data and rows, and frees their memory. What is kept on disk stays. */
  | { readonly type: 'close-model' }
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
  | { readonly type: 'verify'; readonly file: string; readonly provider: CheckProvider }
  /** Commits the last export to a repository of the Hub. `token` is used for this command and kept nowhere. */
  | { readonly type: 'upload'; readonly repo: string; readonly isPrivate: boolean; readonly token: string }
  | { readonly type: 'predict'; readonly text: string }
  /** Where a student differs from the teacher; answered at once, while a stage trains too. */
  | { readonly type: 'differences'; readonly key: RowKey }
  /** Whether the open model fits with these settings; answered at once, while a stage trains too. */
  | { readonly type: 'fit'; readonly settings: FitLever['changes'] }
  /** What the heads of every model attend to in a text. */
  | { readonly type: 'attention'; readonly text: string }
  /** Measures the device's roofs and our kernels on it, in half a minute. */
  | { readonly type: 'measure-device' }
