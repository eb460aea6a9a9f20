// Prepared data: what the page is told of two tables, and that only texts beyond the limit are cut.
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { diskFolder, FIXTURES } from '../formats/testing.ts'
import type { ModelSpec } from '../model/spec.ts'
import { loadTokenizer, type Tokenizer } from '../text/tokenizer.ts'
import { prepareData } from './prepared.ts'

const spec = { labels: ['billing', 'delivery'], positions: 40 } as unknown as ModelSpec
let tokenizer: Tokenizer
beforeAll(async () => {
  tokenizer = await loadTokenizer(diskFolder(join(FIXTURES, 'tiny-bert')))
})

const table = (name: string, rows: [string, string][]) => ({ name, columns: ['text', 'label'], rows })
const recipe = { text: 'text', label: 'label', validation: 0.5, max_length: 6 }

describe('prepareData', () => {
  const tables = {
    train: table('train.tsv', [
      ['the order', 'billing'],
      ['the account', 'delivery'],
      ['the order', 'spam'],
      ['', 'billing'],
    ]),
    test: table('test.jsonl', [
      ['The  Order', 'delivery'],
      ['the order and the account and the card', 'delivery'],
    ]),
  }

  it('describes tables, classes, duplicates and lengths', () => {
    const { details } = prepareData(tables, { recipe, seed: 0, spec, tokenizer })
    expect(details).toMatchObject({
      name: 'train.tsv, test.jsonl',
      tables: [
        { role: 'train', name: 'train.tsv', rows: 4 },
        { role: 'test', name: 'test.jsonl', rows: 2 },
      ],
      train: 2,
      validation: 2,
      test: 2,
      classes: [
        { label: 'billing', train: 2, test: 0 },
        { label: 'delivery', train: 1, test: 2 },
      ],
      unknownLabels: [{ label: 'spam', rows: 1 }],
      emptyTexts: 1,
      duplicates: { repeated: 1, conflicting: 0, leaked: 1, leakedConflicting: 1 },
      tokens: { longest: 10, cut: 1, limit: 6 },
    })
    // [CLS] and [SEP] are counted: 4, 4, 4, 2, 4 and 10 tokens.
    expect(details.tokens.histogram).toEqual({ width: 1, counts: [0, 1, 0, 4, 0, 0, 0, 0, 0, 1] })
  })

  it('encodes texts within the limit whole and cuts the others', () => {
    const { test } = prepareData(tables, { recipe, seed: 0, spec, tokenizer })
    const whole = tokenizer.encodeWhole(test.texts[1]!)
    expect(test.ids[0]).toEqual(tokenizer.encodeWhole('the order'))
    expect([...test.ids[1]!]).toEqual([...whole.slice(0, 5), whole.at(-1)])
  })

  it('takes a list of texts beside a labelled table as it is, without labels', () => {
    const list = { name: 'list.csv', columns: ['question'], rows: [['the card']] }
    const { details, test } = prepareData(
      { train: tables.train, test: list },
      { recipe, seed: 0, spec, tokenizer },
    )
    expect([test.texts, [...test.labels]]).toEqual([['the card'], [-1]])
    const other = prepareData({ train: list, test: tables.test }, { recipe, seed: 0, spec, tokenizer })
    expect([details.columns, other.details.columns]).toEqual([
      ['text', 'label'],
      ['text', 'label'],
    ])
  })

  it('misses the columns of a table that has others', () => {
    const stranger = { name: 'x.csv', columns: ['text', 'sender'], rows: [['the card', 'Ada']] }
    const prepare = () =>
      prepareData({ train: tables.train, test: stranger }, { recipe, seed: 0, spec, tokenizer })
    expect(prepare).toThrow('x.csv has no column "label"; it has "text", "sender"')
  })

  it('needs neither labels nor a second table', () => {
    const { details } = prepareData(
      { test: tables.test },
      { recipe: { ...recipe, label: null }, seed: 0, spec, tokenizer },
    )
    expect(details).toMatchObject({ label: null, train: 0, test: 2, unknownLabels: [] })
    expect(details.classes.map(({ test }) => test)).toEqual([0, 0])
  })
})
