// From a table to texts and class numbers: which columns, which label is which class, which rows are held out.
import { StudioError } from '../base/errors.ts'
import { deriveSeed, shuffledIndices } from '../base/random.ts'
import type { Table } from './table.ts'

export type { Table } from './table.ts'

/** Column names that hold texts or labels in public data sets, most telling first; compared in lower case. */
const TEXT_NAMES = [
  'text',
  'sentence',
  'utterance',
  'message',
  'query',
  'question',
  'content',
  'review',
  'comment',
]
const LABEL_NAMES = ['label', 'category', 'intent', 'class', 'target', 'topic', 'sentiment', 'labels']

/** Labels and columns that an error lists. */
const MOST_LISTED = 8

export interface Dataset {
  readonly name: string
  readonly texts: readonly string[]
  /** Class of each text; -1 where the label is empty or unknown, or there are none. */
  readonly labelIds: Int32Array<ArrayBuffer>
  /** Labels that the model does not have, most rows first. */
  readonly unknownLabels: readonly { readonly label: string; readonly rows: number }[]
  readonly emptyTexts: number
}

/** The likely columns of texts and labels; `label` is null when no name tells. */
export function guessColumns(table: Table): { text: string; label: string | null } {
  const byName = (names: readonly string[]) => {
    const found = names.map((name) => table.columns.find((column) => column.trim().toLowerCase() === name))
    return found.find((column) => column !== undefined)
  }
  const label = byName(LABEL_NAMES) ?? null
  const exact = table.columns.find((column) => column.trim().toLowerCase() === 'text')
  if (exact !== undefined) return { text: exact, label }
  const others = table.columns.filter((column) => column !== label)
  const isNamed = (column: string) => TEXT_NAMES.some((name) => column.toLowerCase().includes(name))
  const named = others.filter(isNamed)
  const candidates = named.length > 0 ? named : others
  const text = candidates.length > 0 ? longestColumn(table, candidates) : table.columns[0]!
  return { text, label: text === label ? null : label }
}

/** The column with the most characters in the first 1,000 rows. */
function longestColumn(table: Table, candidates: readonly string[]): string {
  const sample = table.rows.slice(0, 1000)
  const characters = candidates.map((column) => {
    const at = table.columns.indexOf(column)
    return sample.reduce((sum, row) => sum + row[at]!.length, 0)
  })
  return candidates[characters.indexOf(Math.max(...characters))]!
}

/**
 * Texts and class numbers of a table. A label is a class by its exact name; else by its name without regard to case,
 * spaces, `_` and `-`, if one class fits; else, when all labels are class numbers, by number.
 * @param options.label null when the data has no labels
 * @param options.labels names of the model's classes
 * @throws StudioError `column-missing`; `label-unknown` when the model knows none of the labels
 */
export function buildDataset(
  table: Table,
  options: { text: string; label: string | null; labels: readonly string[] },
): Dataset {
  const texts = columnOf(table, options.text)
  const emptyTexts = texts.filter((text) => text.trim() === '').length
  if (options.label === null)
    return {
      name: table.name,
      texts,
      labelIds: new Int32Array(texts.length).fill(-1),
      unknownLabels: [],
      emptyTexts,
    }
  const values = columnOf(table, options.label).map((value) => value.trim())
  const classOf = matchLabels(values, options.labels)
  const labelIds = Int32Array.from(values, (value) => classOf.get(value) ?? -1)
  const unknownLabels = countUnknown(values, classOf)
  if (unknownLabels.length > 0 && labelIds.every((id) => id < 0))
    throw unknownError(table.name, options, unknownLabels)
  return { name: table.name, texts, labelIds, unknownLabels, emptyTexts }
}

function columnOf(table: Table, column: string): string[] {
  const at = table.columns.indexOf(column)
  if (at >= 0) return table.rows.map((row) => row[at]!)
  throw new StudioError(
    'column-missing',
    `${table.name} has no column "${column}"; it has ${listSome(table.columns)}.`,
  )
}

const listSome = (names: readonly string[]) => {
  const shown = names.slice(0, MOST_LISTED).map((name) => `"${name}"`)
  return shown.join(', ') + (names.length > MOST_LISTED ? ` and ${names.length - MOST_LISTED} more` : '')
}

const fold = (label: string) => label.toLowerCase().replace(/[\s_-]+/g, '')

/** Class of every label that has one. */
function matchLabels(values: readonly string[], labels: readonly string[]): Map<string, number> {
  const distinct = [...new Set(values)].filter((value) => value !== '')
  const exact = new Map(labels.map((label, i) => [label.trim(), i]))
  const folded = new Map<string, number>()
  const seen = new Set<string>()
  labels.forEach((label, i) => {
    const key = fold(label)
    if (seen.has(key)) folded.delete(key)
    else folded.set(key, i)
    seen.add(key)
  })
  const matched = new Map<string, number>()
  for (const value of distinct) {
    const id = exact.get(value) ?? folded.get(fold(value))
    if (id !== undefined) matched.set(value, id)
  }
  const isClassNumber = (value: string) => /^\d{1,9}$/.test(value) && Number(value) < labels.length
  if (matched.size < distinct.length && distinct.every(isClassNumber))
    return new Map(distinct.map((value) => [value, Number(value)]))
  return matched
}

function countUnknown(
  values: readonly string[],
  known: ReadonlyMap<string, number>,
): { label: string; rows: number }[] {
  const counts = new Map<string, number>()
  for (const value of values)
    if (value !== '' && !known.has(value)) counts.set(value, (counts.get(value) ?? 0) + 1)
  return [...counts].map(([label, rows]) => ({ label, rows })).sort((a, b) => b.rows - a.rows)
}

function unknownError(
  name: string,
  options: { label: string | null; labels: readonly string[] },
  unknown: readonly { label: string }[],
): StudioError {
  const given = listSome(unknown.map(({ label }) => label))
  return new StudioError(
    'label-unknown',
    `${name}: the model knows none of the ${unknown.length} labels in column "${options.label}" (${given}); ` +
      `its ${options.labels.length} are ${listSome(options.labels)}.`,
  )
}

/**
 * Holds out a share of the rows, the same ones for the same seed. Both lists increase.
 * @param share 0–1; at least one row is held out when it is above 0, and one is left
 */
export function splitValidation(
  count: number,
  share: number,
  seed: number,
): { train: number[]; validation: number[] } {
  const wanted = share > 0 ? Math.max(1, Math.round(count * share)) : 0
  const held = Math.min(wanted, Math.max(0, count - 1))
  const order = shuffledIndices(count, deriveSeed(seed, 'validation'))
  const sorted = (indices: number[]) => indices.sort((a, b) => a - b)
  return { train: sorted(order.slice(held)), validation: sorted(order.slice(0, held)) }
}
