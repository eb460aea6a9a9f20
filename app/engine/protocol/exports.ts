// Exported files, their checks, and lines that run them.
import type { ErrorReport } from '../base/errors.ts'
import type { ExportResult } from './report.ts'

/** What ONNX Runtime web runs a file on: the CPU, or the GPU where it has shaders. */
export type CheckProvider = 'wasm' | 'webgpu'

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
