// The exported folder: weights in every format asked for, and all that a runtime needs beside them.
import type { Architecture, Config } from '../archs/arch.ts'
import {
  type Folder,
  type OutputFolder,
  readAll,
  readText,
  requireFile,
  writeAll,
  writeText,
} from '../base/bytes.ts'
import { StudioError } from '../base/errors.ts'
import { SMALL_FILES } from '../formats/model-files.ts'
import type { PortableModel } from '../model/portable.ts'
import type { ExportRecipe, ModelRow, Recipe } from '../protocol.ts'
import type { ExportFormat } from './export.ts'
import { type CardFile, modelCard } from './model-card.ts'

export interface ModelFolder {
  /** Title of the model card. */
  readonly name: string
  readonly architecture: Architecture
  /** config.json of the original; keys that we do not change are kept. */
  readonly config: Config
  /** The original folder: its tokenizer files are copied as they are. */
  readonly original: Folder
  readonly recipe: Recipe
  /** recipe.json as it is written: stages nested as in a recipe's own file. */
  readonly recipeText: string
  readonly rows: readonly ModelRow[]
  readonly exports: readonly ExportRecipe[]
  /** By id; passed in because the registry is above this room. */
  readonly formatOf: (id: string) => ExportFormat | undefined
  /**
   * The model that fits a precision: for fp32 the last one not quantized, for q8 and q4 the row of that precision
   * where there is one. All have the same spec.
   */
  readonly portable: (precision: string) => PortableModel
  /** Name of the folder, as the lines to copy on the card have it. */
  readonly folderName: string
}

/** Always in the folder, so that it can be opened here again; the format names it by what transformers can load. */
const OWN_WEIGHTS: ExportRecipe = { format: 'safetensors', precision: 'fp32' }

/** Copied where the original has them, beside tokenizer.json. */
const TOKENIZER_FILES = SMALL_FILES.filter((name) => name !== 'config.json' && name !== 'tokenizer.json')

/**
 * Writes config.json, tokenizer files, recipe.json, the weights of every export (safetensors in any case) and
 * README.md. Returns the weight files in the order of `exports`, safetensors last when it was not among them.
 * @throws StudioError `recipe-invalid` for an unknown format or precision, before anything is written;
 * `file-missing` without tokenizer.json
 */
export async function writeModelFolder(given: ModelFolder, folder: OutputFolder): Promise<CardFile[]> {
  const { architecture, config, recipe, recipeText, rows, name } = given
  const { spec } = given.portable('fp32')
  const jobs = plannedExports(given)
  for (const { format, precision } of jobs) format.fileOf(spec, precision)
  await copyTokenizer(given.original, folder)
  await writeText(folder, 'config.json', `${JSON.stringify(architecture.toConfig(spec, config), null, 2)}\n`)
  await writeText(folder, 'recipe.json', recipeText)
  const files: CardFile[] = []
  for (const { format, precision } of jobs) {
    const written = await format.write({ architecture, model: given.portable(precision) }, precision, folder)
    files.push({ ...written, format: format.id, precision })
  }
  const license = await licenseOf(given.original)
  const card = { name, spec, recipe, recipeText, rows, files, folder: given.folderName }
  await writeText(folder, 'README.md', modelCard({ ...card, ...(license ? { license } : {}) }))
  return files
}

/** Id of the license that the original's card names in its front matter; students are works made of it. */
async function licenseOf(original: Folder): Promise<string | undefined> {
  const source = original.files.get('README.md')
  const text = source && (await readText(source).catch(() => undefined))
  const [, front] = /^---\r?\n([\s\S]*?)\r?\n---/.exec(text ?? '') ?? []
  return /^license:[ \t]*["']?([\w.-]+)["']?[ \t]*\r?$/m.exec(front ?? '')?.[1]
}

/** The exports asked for, and our own weights. */
export function plannedExports({
  exports,
  formatOf,
}: Pick<ModelFolder, 'exports' | 'formatOf'>): { format: ExportFormat; precision: string }[] {
  const asked = exports.some(({ format }) => format === OWN_WEIGHTS.format)
  return [...exports, ...(asked ? [] : [OWN_WEIGHTS])].map(({ format: id, precision }) => {
    const format = formatOf(id)
    if (format) return { format, precision }
    throw new StudioError('recipe-invalid', `export format ${id} is not known.`)
  })
}

async function copyTokenizer(original: Folder, folder: OutputFolder): Promise<void> {
  await writeAll(folder, 'tokenizer.json', await readAll(requireFile(original, 'tokenizer.json')))
  for (const name of TOKENIZER_FILES) {
    const source = original.files.get(name)
    if (source) await writeAll(folder, name, await readAll(source))
  }
}
