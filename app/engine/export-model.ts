// Exports the models of a session: which kept model fits which precision, and the folder they are written to.

import type { OutputFolder } from './base/bytes.ts'
import { assert } from './base/errors.ts'
import { plannedExports, writeModelFolder } from './exports/folder.ts'
import { watchedFolder } from './exports/watched-folder.ts'
import { portableModel } from './model/portable.ts'
import { exportedBytes, SCHEME_OF_PRECISION } from './model/spec.ts'
import type { KeptModel } from './model-table.ts'
import type { ExportRecipe, Recipe } from './protocol.ts'
import { formatRecipe } from './recipe.ts'
import { exportFormats } from './registry.ts'
import type { Session } from './session.ts'

/** A weight file that was written. */
export interface ExportedModel extends ExportRecipe {
  readonly file: string
  readonly bytes: number
  /** Index of the kept model that the file holds. */
  readonly row: number
  /** The row is not quantized: its weights were rounded while the file was written. */
  readonly isRounded: boolean
}

export interface ExportTarget {
  readonly recipe: Recipe
  readonly folder: OutputFolder
  /** Name of the folder, as the lines to copy on the card have it. */
  readonly folderName: string
}

/** Index of the model for a precision: its quantized row, or the last model not quantized where there is none. */
export function rowForPrecision(kept: readonly KeptModel[], precision: string): number {
  const scheme = SCHEME_OF_PRECISION[precision]
  const quantized = scheme ? kept.findLastIndex(({ row }) => row.scheme === scheme) : -1
  return quantized >= 0 ? quantized : kept.findLastIndex(({ row }) => row.stage !== 'quantize')
}

/** Writes the model folder: weights in every format of `recipe.export`, tokenizer, config, recipe and model card. */
export async function exportModel(
  session: Session,
  { recipe, folder, folderName }: ExportTarget,
): Promise<ExportedModel[]> {
  const { opened, gpu } = session
  const kept = session.table.entries
  assert(opened && kept.length > 0, 'a measured model to export')
  const { architecture, config } = opened.checkpoint
  const watch = session.watch('export', 'export')
  const files = await writeModelFolder(
    {
      name: opened.name,
      architecture,
      config,
      original: opened.folder,
      recipe,
      recipeText: formatRecipe(recipe),
      rows: kept.map(({ row }) => row),
      exports: recipe.export,
      formatOf: (id) => exportFormats.get(id),
      portable: (precision) => portableModel(gpu, kept[rowForPrecision(kept, precision)]!.model),
      folderName,
    },
    watchedFolder(folder, watch, expectedBytes(kept, recipe.export)),
  )
  return files.map((file) => {
    const row = rowForPrecision(kept, file.precision)
    const isRounded = file.precision in SCHEME_OF_PRECISION && kept[row]!.row.stage !== 'quantize'
    return { ...file, row, isRounded }
  })
}

/** Bytes of all weight files: what their rows measured, or what quantizing at export makes of the last float model. */
function expectedBytes(kept: readonly KeptModel[], exports: readonly ExportRecipe[]): number {
  const jobs = plannedExports({ exports, formatOf: (id) => exportFormats.get(id) })
  return jobs.reduce((sum, { precision }) => {
    const { row, model } = kept[rowForPrecision(kept, precision)]!
    return sum + (row.stage === 'quantize' ? row.bytes : exportedBytes(model.spec, precision))
  }, 0)
}
