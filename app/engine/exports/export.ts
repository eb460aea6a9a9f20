// What an export format is, and the view of a model that it writes from.
import type { OutputFolder } from '../base/bytes.ts'
import type { ModelSpec, Role, StorageFormat } from '../model/spec.ts'
import type { CatalogEntry } from '../protocol.ts'

/**
 * Codes of a weight [out, in] as the engine computes with them, row-major, one code a byte even at 4 bits.
 * A weight is code · scale of its group; `scales` are [out, ⌈in / groupSize⌉], and the last group of a row may be
 * short. 8 bits: codes −127…127, one group a row (`groupSize` = in), scale = absmax / 127.
 * 4 bits: codes −8…7, scale = absmax / 7.
 */
export interface QuantizedWeight {
  readonly bits: 8 | 4
  readonly codes: Int8Array<ArrayBuffer>
  readonly scales: Float32Array<ArrayBuffer>
  readonly groupSize: number
}

/** A model off the GPU, one weight at a time; shapes are those of `roleShapes(spec)`. */
export interface PortableModel {
  readonly spec: ModelSpec
  readonly format: StorageFormat
  /** Float weights; of quantized ones, what their codes are worth. */
  read(role: Role): Promise<Float32Array<ArrayBuffer>>
  /** Codes of a quantized weight; undefined for one kept in floats. */
  quantized(role: Role): Promise<QuantizedWeight | undefined>
}

export interface WrittenFile {
  /** Path inside the output folder, with `/`. */
  readonly file: string
  readonly bytes: number
}

/** An export format; each lives in a file `<id>.export.ts` with one default export. */
export interface ExportFormat extends CatalogEntry {
  /** Ids are what a recipe's `precision` may say. */
  readonly precisions: readonly CatalogEntry[]
  /** Path that `write` will use. @throws StudioError `recipe-invalid` for a precision that the format lacks. */
  fileOf(spec: ModelSpec, precision: string): string
  /** Writes the model's weights; the file appears whole or not at all. */
  write(model: PortableModel, precision: string, folder: OutputFolder): Promise<WrittenFile>
}
