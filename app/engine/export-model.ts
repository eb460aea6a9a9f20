// Exports the models of a session: which kept model fits which precision, and the folder they are written to.

import type { OutputFolder } from './base/bytes.ts'
import { assert } from './base/errors.ts'
import { writeModelFolder } from './exports/folder.ts'
import { portableModel } from './model/portable.ts'
import type { KeptModel } from './model-table.ts'
import type { Recipe } from './protocol.ts'
import { formatRecipe } from './recipe.ts'
import { exportFormats } from './registry.ts'
import type { Session } from './session.ts'

export interface ExportedFile {
  readonly file: string
  readonly bytes: number
  /** Index of the kept model that the file holds. */
  readonly row: number
}

const SCHEME_OF_PRECISION: Readonly<Record<string, string>> = { q8: 'W8A8_DYNAMIC', q4: 'W4A16' }

/** Index of the model for a precision: its quantized row, or the last model not quantized where there is none. */
export function rowForPrecision(kept: readonly KeptModel[], precision: string): number {
  const scheme = SCHEME_OF_PRECISION[precision]
  const quantized = scheme ? kept.findLastIndex(({ row }) => row.scheme === scheme) : -1
  return quantized >= 0 ? quantized : kept.findLastIndex(({ row }) => row.stage !== 'quantize')
}

/** Writes the model folder: weights in every format of `recipe.export`, tokenizer, config, recipe and model card. */
export async function exportModel(
  session: Session,
  { recipe, folder }: { recipe: Recipe; folder: OutputFolder },
): Promise<ExportedFile[]> {
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
    },
    folder,
    {
      onFile: async (_, done, total) => {
        await watch.checkpoint()
        watch.progress(done, total, 'files')
      },
    },
  )
  return files.map(({ file, bytes, precision }) => ({ file, bytes, row: rowForPrecision(kept, precision) }))
}
