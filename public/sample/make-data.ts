// Makes the sample data set and its tokenizer from a seed, as values: writing files is the caller's work.
import Papa from 'papaparse'
import { createChoices } from './choices.ts'
import { makeRows, type SampleRow } from './grammar.ts'
import { makeTokenizer, type TokenizerFiles } from './tokenizer.ts'

/** The seed of the files in this folder. */
export const SAMPLE_SEED = 4

/** Tokens per text, special ones counted. The longest text has fewer (tokenizer.test.ts checks). */
export const SAMPLE_MAX_LENGTH = 64

// 25 intents: 3,600 training rows and 1,200 test rows.
const TRAIN_ROWS_PER_INTENT = 144
const TEST_ROWS_PER_INTENT = 48

export interface SampleData {
  readonly train: readonly SampleRow[]
  readonly test: readonly SampleRow[]
  readonly tokenizer: TokenizerFiles
}

/** Makes training and test rows and the tokenizer. The same seed gives the same values on every machine. */
export function makeSampleData(seed: number): SampleData {
  const random = createChoices(seed)
  const seen = new Set<string>()
  const train = makeRows('train', TRAIN_ROWS_PER_INTENT, random, seen)
  const test = makeRows('test', TEST_ROWS_PER_INTENT, random, seen)
  const tokenizer = makeTokenizer(
    train.map((row) => row.text),
    SAMPLE_MAX_LENGTH,
  )
  return { train, test, tokenizer }
}

/** The CSV file for rows: a header `text,label`, one line per row, lines ending in \n. */
export function toCsv(rows: readonly SampleRow[]): string {
  const data = rows.map((row) => [row.text, row.label])
  return `${Papa.unparse({ fields: ['text', 'label'], data }, { newline: '\n' })}\n`
}
