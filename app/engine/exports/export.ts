// What an export format is, and the view of a model that it writes from.
import type { Architecture } from '../archs/arch.ts'
import type { OutputFolder } from '../base/bytes.ts'
import type { PortableModel } from '../model/portable.ts'
import type { ModelSpec } from '../model/spec.ts'
import type { CatalogEntry, ExportPrecision } from '../protocol.ts'

/** What a format writes from; the architecture knows the names of tensors. */
export interface ExportSource {
  readonly architecture: Architecture
  readonly model: PortableModel
}

export interface WrittenFile {
  /** Path inside the output folder, with `/`. */
  readonly file: string
  readonly bytes: number
}

export interface FormatPrecision extends ExportPrecision {
  /**
   * Least share of rows on which another runtime must predict what we predict; a file below it is told to be wrong.
   * Absent where no other runtime checks the format.
   */
  readonly leastAgreement?: number
}

/** An export format; each lives in a file `<id>.export.ts` with one default export. */
export interface ExportFormat extends CatalogEntry {
  /** Ids are what a recipe's `precision` may say. */
  readonly precisions: readonly FormatPrecision[]
  /** Path that `write` will use. @throws StudioError `recipe-invalid` for a precision that the format lacks. */
  fileOf(spec: ModelSpec, precision: string): string
  /** Writes the model's weights; the file appears whole or not at all. */
  write(source: ExportSource, precision: string, folder: OutputFolder): Promise<WrittenFile>
}
