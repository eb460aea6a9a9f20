// The sample data set keeps its promises: size, balance, same rows from the same seed, disjoint splits.
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { createChoices } from './choices.ts'
import { intents, makeRows, type SampleRow } from './grammar.ts'
import { makeSampleData, SAMPLE_SEED, toCsv } from './make-data.ts'
import { addTypos, asides, expand } from './message.ts'
import { createSlots } from './slots.ts'

const data = makeSampleData(SAMPLE_SEED)
const splits = { train: data.train, test: data.test }

const share = (rows: readonly SampleRow[], has: (row: SampleRow) => boolean): number =>
  rows.filter(has).length / rows.length

const wordsOf = (rows: readonly SampleRow[]): Set<string> =>
  new Set(
    rows.filter((row) => !row.hasTypos).flatMap((row) => row.text.toLowerCase().match(/[a-z']+/g) ?? []),
  )

describe('the sample data set', () => {
  it('has at least 20 intents with different labels', () => {
    expect(new Set(intents.map((intent) => intent.label)).size).toBe(intents.length)
    expect(intents.length).toBeGreaterThanOrEqual(20)
  })

  it('has 3,600 training and 1,200 test rows, every intent equally often', () => {
    expect(data.train.length).toBe(3600)
    expect(data.test.length).toBe(1200)
    for (const rows of Object.values(splits)) {
      for (const { label } of intents) {
        expect(rows.filter((row) => row.label === label).length).toBe(rows.length / intents.length)
      }
    }
  })

  it('is the same for the same seed and another for another seed', () => {
    expect(makeSampleData(SAMPLE_SEED)).toEqual(data)
    expect(makeSampleData(SAMPLE_SEED + 1).test).not.toEqual(data.test)
  })

  it('is what stands in the CSV files of this folder', () => {
    for (const [name, rows] of Object.entries(splits)) {
      expect(toCsv(rows)).toBe(readFileSync(new URL(`${name}.csv`, import.meta.url), 'utf8'))
    }
  })

  it('repeats no text, within a split or across them, whatever its casing', () => {
    const texts = [...data.train, ...data.test].map((row) => row.text.toLowerCase())
    expect(new Set(texts).size).toBe(texts.length)
  })

  it('shares no template between training and test, and none between intents', () => {
    const templates = intents.flatMap((intent) => [...intent.train, ...intent.test])
    expect(new Set(templates).size).toBe(templates.length)
    expect(asides.test.filter((aside) => asides.train.includes(aside))).toEqual([])
    const trained = new Set(data.train.map((row) => row.template))
    expect(data.test.filter((row) => trained.has(row.template))).toEqual([])
  })

  it('tests no main sentence that training can produce with the same slot names', () => {
    const wordings = (split: 'train' | 'test'): Set<string> => {
      const choices = createChoices(1)
      const slot = (name: string): string => `{${name.replace(/\d/, '')}}`
      const templates = intents.flatMap((intent) => intent[split])
      return new Set(templates.flatMap((t) => Array.from({ length: 60 }, () => expand(t, slot, choices))))
    }
    const train = wordings('train')
    expect([...wordings('test')].filter((sentence) => train.has(sentence))).toEqual([])
  })

  it('uses every template', () => {
    for (const split of ['train', 'test'] as const) {
      const used = new Set(splits[split].map((row) => row.template))
      expect(intents.flatMap((intent) => intent[split]).filter((template) => !used.has(template))).toEqual([])
    }
  })

  it('asks for no word in test that training never shows', () => {
    const known = wordsOf(data.train)
    expect([...wordsOf(data.test)].filter((word) => !known.has(word))).toEqual([])
  })

  it('has typos in 22-30 % and two topics in 13-19 % of the rows', () => {
    for (const rows of Object.values(splits)) {
      const typos = share(rows, (row) => row.hasTypos)
      const twoTopics = share(rows, (row) => row.hasTwoTopics)
      expect(typos).toBeGreaterThan(0.22)
      expect(typos).toBeLessThan(0.3)
      expect(twoTopics).toBeGreaterThan(0.13)
      expect(twoTopics).toBeLessThan(0.19)
    }
  })

  it('is tidy: printable ASCII, one space between words, no slot or choice left over', () => {
    for (const { text } of [...data.train, ...data.test]) {
      expect(text).toMatch(/^[ -~]+$/)
      expect(text).not.toMatch(/ {2}|^ | $|[{}[\]|]| [,.?!]|[,.?!]{2}/)
    }
  })
})

describe('the grammar', () => {
  it('expands choices and slots, and says which slot it does not know', () => {
    const choices = createChoices(3)
    const made = new Set(Array.from({ length: 50 }, () => expand('a[ b|] {c}', (name) => name, choices)))
    expect(made).toEqual(new Set(['a b c', 'a c']))
    expect(() => createSlots(choices)('planet')).toThrow(/unknown slot {planet}; known: number, money, item/)
  })

  it('misspells one or two longer words and leaves the number of words alone', () => {
    const choices = createChoices(5)
    const text = 'where is my order 12345?'
    for (let round = 0; round < 200; round++) {
      const words = addTypos(text, choices).split(' ')
      const changed = words.filter((word, at) => word !== text.split(' ')[at])
      expect(words.length).toBe(5)
      expect(changed.length).toBeGreaterThanOrEqual(1)
      expect(changed.length).toBeLessThanOrEqual(2)
      expect(words.slice(1, 3).concat(words[4] ?? '')).toEqual(['is', 'my', '12345?'])
    }
  })

  it('refuses to make more rows than its templates have wordings for', () => {
    class EveryText extends Set<string> {
      override has(): boolean {
        return true
      }
    }
    expect(() => makeRows('test', 1, createChoices(0), new EveryText())).toThrow(/too few wordings for test/)
  })
})
