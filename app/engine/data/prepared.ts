// Tables made ready for a model: token ids and labels of the training, validation and test rows, and what to show of them.
import type { ModelSpec } from '../model/spec.ts'
import type { DataDetails, DataRecipe } from '../protocol.ts'
import type { Tokenizer } from '../text/tokenizer.ts'
import { encodeAll } from './batches.ts'
import { buildDataset, type Dataset, splitValidation, type Table } from './dataset.ts'

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
const EMPTY: Split = { texts: [], ids: [], labels: new Int32Array() }

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
export function prepareData(tables: { train?: Table; test?: Table }, preparation: Preparation): PreparedData {
  const { recipe, seed, spec, tokenizer } = preparation
  const columns = { text: recipe.text, label: recipe.label ?? null, labels: spec.labels }
  const maxLength = tokenizer.longest(recipe.max_length, spec.positions)
  const read = (table: Table | undefined) => (table ? buildDataset(table, columns) : undefined)
  const trainRows = read(tables.train)
  const testRows = read(tables.test)
  const all = trainRows ? toSplit(trainRows, tokenizer, maxLength) : EMPTY
  const held = splitValidation(all.ids.length, recipe.validation, seed)
  const splits = {
    train: pick(all, held.train),
    validation: pick(all, held.validation),
    test: testRows ? toSplit(testRows, tokenizer, maxLength) : EMPTY,
  }
  const datasets = [trainRows, testRows].filter((dataset) => dataset !== undefined)
  const table = tables.train ?? tables.test
  return {
    ...splits,
    details: {
      name: datasets.map(({ name }) => name).join(', '),
      columns: table?.columns ?? [],
      text: recipe.text,
      label: recipe.label ?? null,
      train: splits.train.ids.length,
      validation: splits.validation.ids.length,
      test: splits.test.ids.length,
      labels: spec.labels.length,
      ...overview(datasets, spec.labels),
      tokens: tokenStatistics(datasets, tokenizer, maxLength),
    },
  }
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

function toSplit(dataset: Dataset, tokenizer: Tokenizer, maxLength: number): Split {
  return {
    texts: dataset.texts,
    ids: encodeAll(tokenizer, dataset.texts, maxLength),
    labels: dataset.labelIds,
  }
}

function pick(split: Split, rows: readonly number[]): Split {
  return {
    texts: rows.map((row) => split.texts[row]!),
    ids: rows.map((row) => split.ids[row]!),
    labels: Int32Array.from(rows, (row) => split.labels[row]!),
  }
}

function overview(datasets: readonly Dataset[], labels: readonly string[]) {
  const unknown = new Map<string, number>()
  for (const { label, rows } of datasets.flatMap((dataset) => dataset.unknownLabels))
    unknown.set(label, (unknown.get(label) ?? 0) + rows)
  const first = datasets[0]
  const preview = (first?.texts ?? []).slice(0, PREVIEW_ROWS).map((text, row) => {
    const label = labels[first!.labelIds[row]!]
    return { text, ...(label === undefined ? {} : { label }) }
  })
  return {
    unknownLabels: [...unknown].map(([label, rows]) => ({ label, rows })),
    emptyTexts: datasets.reduce((sum, dataset) => sum + dataset.emptyTexts, 0),
    preview,
  }
}

function tokenStatistics(datasets: readonly Dataset[], tokenizer: Tokenizer, maxLength: number) {
  const lengths = datasets
    .flatMap(({ texts }) => texts.map((text) => tokenizer.encodeWhole(text).length))
    .sort((a, b) => a - b)
  const count = Math.max(1, lengths.length)
  return {
    mean: lengths.reduce((sum, length) => sum + length, 0) / count,
    p95: lengths[Math.floor(0.95 * (lengths.length - 1))] ?? 0,
    longest: lengths.at(-1) ?? 0,
    cut: lengths.filter((length) => length > maxLength).length,
  }
}
