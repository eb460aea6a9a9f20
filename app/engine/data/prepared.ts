// Tables made ready for a model: token ids and labels of the training, validation and test rows, and what to show of them.
import type { ModelSpec } from '../model/spec.ts'
import type { DataDetails, DataRecipe, DataTable } from '../protocol.ts'
import type { Tokenizer } from '../text/tokenizer.ts'
import { leadingTable, type Tables } from './arrange.ts'
import { buildDataset, type Dataset, splitValidation, type Table } from './dataset.ts'
import { countClasses, describeLengths, findDuplicates } from './statistics.ts'

export interface Split {
  readonly texts: readonly string[]
  readonly ids: readonly Uint32Array<ArrayBuffer>[]
  /** Class per text, -1 where there is none. */
  readonly labels: Int32Array<ArrayBuffer>
}

export interface PreparedData {
  readonly train: Split
  readonly validation: Split
  readonly test: Split
  readonly details: DataDetails
}

const PREVIEW_ROWS = 20
const NOTHING: EncodedTable = { split: { texts: [], ids: [], labels: new Int32Array() }, lengths: [] }

interface Preparation {
  readonly recipe: DataRecipe
  readonly seed: number
  readonly spec: ModelSpec
  readonly tokenizer: Tokenizer
}

/**
 * Tokenizes both tables and holds out validation rows from the training one.
 * @throws StudioError `column-missing`, `label-unknown` or `tokenizer-invalid`
 */
export function prepareData(tables: Tables, preparation: Preparation): PreparedData {
  const { recipe, seed, spec, tokenizer } = preparation
  const maxLength = tokenizer.longest(recipe.max_length, spec.positions)
  const columns = { text: recipe.text, label: recipe.label ?? null }
  const read = (table: Table | undefined) => {
    if (!table) return NOTHING
    const own = table !== leadingTable(tables) && listOfTexts(table)
    return encode(buildDataset(table, { ...(own || columns), labels: spec.labels }), tokenizer, maxLength)
  }
  const [train, test] = [read(tables.train), read(tables.test)]
  const held = splitValidation(train.split.ids.length, recipe.validation, seed)
  const splits = {
    train: pick(train.split, held.train),
    validation: pick(train.split, held.validation),
    test: test.split,
  }
  return {
    ...splits,
    details: {
      ...describeTables(tables),
      text: recipe.text,
      label: recipe.label ?? null,
      train: splits.train.ids.length,
      validation: splits.validation.ids.length,
      test: splits.test.ids.length,
      labels: spec.labels.length,
      ...describeDatasets({ train: train.dataset, test: test.dataset }, spec.labels),
      tokens: describeLengths([...train.lengths, ...test.lengths], maxLength),
    },
  }
}

/** A list of texts beside a table with columns needs no label, and no name for its only column. */
function listOfTexts({ columns }: Table): { text: string; label: null } | false {
  return columns.length === 1 && { text: columns[0]!, label: null }
}

/** The rows that tables are scored on: test, or validation where there is no test. */
export function scoredSplit(data: PreparedData): { split: 'test' | 'validation'; rows: Split } {
  return data.test.ids.length > 0
    ? { split: 'test', rows: data.test }
    : { split: 'validation', rows: data.validation }
}

export function isLabelled(split: Split): boolean {
  return split.labels.some((label) => label >= 0)
}

interface EncodedTable {
  readonly dataset?: Dataset
  readonly split: Split
  /** Tokens of every text before it is cut. */
  readonly lengths: readonly number[]
}

/** Tokenizing takes the time here, so only texts that are cut go through it twice. */
function encode(dataset: Dataset, tokenizer: Tokenizer, maxLength: number): EncodedTable {
  const { texts, labelIds } = dataset
  const whole = texts.map((text) => tokenizer.encodeWhole(text))
  const ids = whole.map((tokens, row) =>
    tokens.length > maxLength ? tokenizer.encode(texts[row]!, maxLength) : tokens,
  )
  return { dataset, split: { texts, ids, labels: labelIds }, lengths: whole.map(({ length }) => length) }
}

function pick(split: Split, rows: readonly number[]): Split {
  return {
    texts: rows.map((row) => split.texts[row]!),
    ids: rows.map((row) => split.ids[row]!),
    labels: Int32Array.from(rows, (row) => split.labels[row]!),
  }
}

function describeTables({ train, test }: Tables) {
  const tables: DataTable[] = []
  if (train) tables.push({ role: 'train', name: train.name, rows: train.rows.length })
  if (test) tables.push({ role: 'test', name: test.name, rows: test.rows.length })
  return {
    name: tables.map(({ name }) => name).join(', '),
    tables,
    columns: leadingTable({ train, test })?.columns ?? [],
  }
}

function describeDatasets(given: { train?: Dataset; test?: Dataset }, labels: readonly string[]) {
  const datasets = [given.train, given.test].filter((dataset) => dataset !== undefined)
  const unknown = new Map<string, number>()
  for (const { label, rows } of datasets.flatMap((dataset) => dataset.unknownLabels))
    unknown.set(label, (unknown.get(label) ?? 0) + rows)
  const first = datasets[0]
  const preview = (first?.texts ?? []).slice(0, PREVIEW_ROWS).map((text, row) => {
    const label = labels[first!.labelIds[row]!]
    return { text, ...(label === undefined ? {} : { label }) }
  })
  return {
    unknownLabels: [...unknown].map(([label, rows]) => ({ label, rows })).sort((a, b) => b.rows - a.rows),
    emptyTexts: datasets.reduce((sum, dataset) => sum + dataset.emptyTexts, 0),
    preview,
    classes: countClasses(given, labels),
    duplicates: findDuplicates(given, labels),
  }
}
