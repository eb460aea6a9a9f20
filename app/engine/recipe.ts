// Recipes: JSON to checked values and back. Options of a prune stage's recovery are nested in the file, dotted inside.
import { StudioError } from './base/errors.ts'
import { checkOptions, nestOptions } from './base/options.ts'
import { catalog } from './catalog.ts'
import { isRecord, parseJsonObject } from './formats/json.ts'
import type { DataRecipe, ExportRecipe, Recipe, StageKind, StageRecipe } from './protocol.ts'

const KINDS: readonly StageKind[] = ['distill', 'prune', 'quantize']
const KEYS = ['recipe_version', 'model', 'seed', 'data', 'stages', 'export']
const DATA_KEYS = ['train', 'test', 'text', 'label', 'validation', 'max_length']

const refuse = (where: string, key: string, value: unknown, allowed: string): never => {
  throw new StudioError(
    'recipe-invalid',
    `${where}: "${key}" is ${JSON.stringify(value) ?? 'missing'}; allowed is ${allowed}.`,
  )
}

/**
 * A recipe with all defaults filled in.
 * @param where the file's name, for messages
 * @throws StudioError `json-invalid`, `recipe-invalid` or `option-invalid`, naming the key, the value and what is allowed
 */
export function parseRecipe(text: string, where: string): Recipe {
  const json = parseJsonObject(text, where)
  checkKeys(json, KEYS, where)
  if (json.recipe_version !== 1) refuse(where, 'recipe_version', json.recipe_version, '1')
  const { model, seed = 0, data, stages, export: exports = [] } = json
  if (typeof model !== 'string' || model === '') refuse(where, 'model', model, 'a folder, or hub:org/name')
  if (!Number.isInteger(seed) || (seed as number) < 0 || (seed as number) > 0xffffffff)
    refuse(where, 'seed', seed, 'a whole number from 0 to 4294967295')
  if (!isRecord(data)) return refuse(where, 'data', data, 'an object')
  if (!Array.isArray(stages)) return refuse(where, 'stages', stages, 'a list')
  if (!Array.isArray(exports)) return refuse(where, 'export', exports, 'a list')
  return {
    recipe_version: 1,
    model: model as string,
    seed: seed as number,
    data: parseData(data, `${where}: data`),
    stages: stages.map((stage, i) => parseStage(stage, `${where}: stages[${i}]`)),
    export: exports.map((entry, i) => parseExport(entry, `${where}: export[${i}]`)),
  }
}

function checkKeys(
  record: Readonly<Record<string, unknown>>,
  allowed: readonly string[],
  where: string,
): void {
  for (const key of Object.keys(record))
    if (!allowed.includes(key))
      throw new StudioError(
        'recipe-invalid',
        `${where}: unknown key "${key}"; allowed are ${allowed.join(', ')}.`,
      )
}

function parseData(data: Readonly<Record<string, unknown>>, where: string): DataRecipe {
  checkKeys(data, DATA_KEYS, where)
  const { train, test, text = 'text', label = null, ...options } = data
  if (train !== undefined && typeof train !== 'string') refuse(where, 'train', train, 'a file name')
  if (test !== undefined && typeof test !== 'string') refuse(where, 'test', test, 'a file name')
  if (train === undefined && test === undefined) refuse(where, 'train', train, 'a file name')
  if (typeof text !== 'string') refuse(where, 'text', text, 'a column name')
  if (label !== null && typeof label !== 'string') refuse(where, 'label', label, 'a column name or null')
  const checked = checkOptions(catalog.data, options, where)
  return {
    ...(train === undefined ? {} : { train: train as string }),
    ...(test === undefined ? {} : { test: test as string }),
    text: text as string,
    label: label as string | null,
    validation: checked.validation as number,
    max_length: checked.max_length as number,
  }
}

/** Checks one stage; `recovery` may be nested or dotted. */
export function parseStage(stage: unknown, where: string): StageRecipe {
  if (!isRecord(stage)) return refuse(where, 'stage', stage, 'an object')
  const { kind, ...options } = stage
  if (!KINDS.includes(kind as StageKind)) refuse(where, 'kind', kind, KINDS.join(', '))
  const stageKind = kind as StageKind
  return {
    kind: stageKind,
    ...checkOptions(catalog.stages[stageKind], flatten(options), where),
  } as StageRecipe
}

function flatten(options: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(options).flatMap(([key, value]): [string, unknown][] =>
      isRecord(value)
        ? Object.entries(value).map(([inner, item]) => [`${key}.${inner}`, item])
        : [[key, value]],
    ),
  )
}

function parseExport(entry: unknown, where: string): ExportRecipe {
  if (!isRecord(entry)) return refuse(where, 'export', entry, 'an object')
  checkKeys(entry, ['format', 'precision'], where)
  const format = catalog.exports.find(({ id }) => id === entry.format)
  if (!format) return refuse(where, 'format', entry.format, catalog.exports.map(({ id }) => id).join(', '))
  const precision = entry.precision ?? format.precisions[0]!.id
  const ids = format.precisions.map(({ id }) => id)
  if (!ids.includes(precision as string)) refuse(where, 'precision', precision, ids.join(', '))
  return { format: format.id, precision: precision as string }
}

/** JSON text of a recipe, values in full, recovery nested. `parseRecipe` reads it back to the same recipe. */
export function formatRecipe(recipe: Recipe): string {
  return `${JSON.stringify({ ...recipe, stages: recipe.stages.map(nestOptions) }, null, 2)}\n`
}
