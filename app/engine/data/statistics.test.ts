// Statistics of data sets, with the numbers counted by hand.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { buildDataset } from './dataset.ts'
import { countClasses, describeLengths, findDuplicates, foldText } from './statistics.ts'

const LABELS = ['a', 'b', 'c']
const dataset = (...rows: [text: string, label: string][]) =>
  buildDataset(
    { name: 't.csv', columns: ['text', 'label'], rows },
    { text: 'text', label: 'label', labels: LABELS },
  )

describe('countClasses', () => {
  it('counts rows of every class in either table, and none for labels that are empty or unknown', () => {
    const train = dataset(['1', 'a'], ['2', 'c'], ['3', 'a'], ['4', 'x'], ['5', ''])
    const test = dataset(['6', 'c'])
    expect(countClasses({ train, test }, LABELS)).toEqual([
      { label: 'a', train: 2, test: 0 },
      { label: 'b', train: 0, test: 0 },
      { label: 'c', train: 1, test: 1 },
    ])
    expect(countClasses({ test }, LABELS)[2]).toEqual({ label: 'c', train: 0, test: 1 })
  })
})

describe('findDuplicates', () => {
  it('finds texts of the test table that stand in the training table, whatever their case and spaces', () => {
    const train = dataset(['Where is it?', 'a'], ['Other', 'b'], ['third', 'c'])
    const test = dataset(['  where  IS\tit? ', 'a'], ['other', 'c'], ['OTHER', ''], ['new', 'a'])
    expect(findDuplicates({ train, test }, LABELS)).toEqual({
      repeated: 0,
      conflicting: 0,
      leaked: 3,
      leakedConflicting: 1,
      examples: [
        { text: '  where  IS\tit? ', train: 'a', test: 'a' },
        { text: 'other', train: 'b', test: 'c' },
      ],
    })
  })

  it('counts repetitions within the training table, and texts with more than one class', () => {
    const train = dataset(['x', 'a'], ['X', 'a'], ['x ', 'b'], ['y', 'a'], ['y', ''], ['z', 'c'])
    expect(findDuplicates({ train }, LABELS)).toEqual({
      repeated: 3,
      conflicting: 1,
      leaked: 0,
      leakedConflicting: 0,
      examples: [],
    })
  })

  it('takes empty texts for no duplicates', () => {
    const train = dataset(['', 'a'], [' ', 'b'])
    expect(findDuplicates({ train, test: dataset(['', 'a']) }, LABELS)).toMatchObject({
      repeated: 0,
      leaked: 0,
    })
  })

  it('shows five examples at most', () => {
    const rows = Array.from({ length: 9 }, (_, i): [string, string] => [`text ${i}`, 'a'])
    const { leaked, examples } = findDuplicates({ train: dataset(...rows), test: dataset(...rows) }, LABELS)
    expect([leaked, examples.length]).toEqual([9, 5])
  })

  it('agrees with comparing every pair of texts', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'A', ' ', '\n'), maxLength: 4 })
    const table = fc.array(fc.tuple(text, fc.constantFrom('a', 'b')), { maxLength: 12 })
    fc.assert(
      fc.property(table, table, (trainRows, testRows) => {
        const facts = findDuplicates({ train: dataset(...trainRows), test: dataset(...testRows) }, LABELS)
        const folded = trainRows.map(([given]) => foldText(given))
        const isText = (given: string) => given !== ''
        expect(facts.repeated).toBe(folded.filter((t, i) => isText(t) && folded.indexOf(t) < i).length)
        const leaked = testRows.filter(
          ([given]) => isText(foldText(given)) && folded.includes(foldText(given)),
        )
        expect(facts.leaked).toBe(leaked.length)
      }),
    )
  })
})

describe('a large data set', () => {
  it('is described in a moment: 100,000 training and 20,000 test rows', () => {
    const rows = (count: number, from: number) =>
      Array.from({ length: count }, (_, i): [string, string] => [
        `Where is my order number ${from + i}? It should have come last week, and nobody answers my letters.`,
        LABELS[i % 3]!,
      ])
    const [train, test] = [dataset(...rows(100_000, 0)), dataset(...rows(20_000, 90_000))]
    const started = performance.now()
    expect(findDuplicates({ train, test }, LABELS)).toMatchObject({ repeated: 0, leaked: 10_000 })
    expect(countClasses({ train, test }, LABELS)[0]).toEqual({ label: 'a', train: 33_334, test: 6_667 })
    expect(
      describeLengths(
        train.texts.map(({ length }) => length),
        128,
      ).longest,
    ).toBe(93)
    // Below half a second on a busy core; the bound only catches work that grows with the square of the rows.
    expect(performance.now() - started).toBeLessThan(5000)
  })
})

describe('describeLengths', () => {
  it('gives mean, percentile, longest and cut', () => {
    const lengths = [3, 5, 4, 8, 130]
    expect(describeLengths(lengths, 128)).toMatchObject({
      mean: 30,
      p95: 8,
      longest: 130,
      cut: 1,
      limit: 128,
    })
  })

  it('has a bin a length where texts are short', () => {
    expect(describeLengths([2, 3, 3, 5], 128).histogram).toEqual({ width: 1, counts: [0, 1, 2, 0, 1] })
  })

  it('has at most 24 bins of one width', () => {
    const { width, counts } = describeLengths([5, 6, 10, 120], 128).histogram
    expect([width, counts.length]).toEqual([5, 24])
    expect([counts[0], counts[1], counts[23]]).toEqual([1, 2, 1])
  })

  it('puts texts far beyond the limit into the last bin', () => {
    const { width, counts } = describeLengths([...new Array(99).fill(10), 6000], 64).histogram
    expect([width, counts.length, counts[1], counts.at(-1)]).toEqual([6, 22, 99, 1])
  })

  it('describes no texts at all', () => {
    expect(describeLengths([], 128)).toMatchObject({ mean: 0, longest: 0, histogram: { counts: [] } })
  })

  it('counts every text once, in the bin that its length belongs to', () => {
    const lengths = fc.array(fc.integer({ min: 2, max: 600 }), { minLength: 1, maxLength: 200 })
    fc.assert(
      fc.property(lengths, fc.integer({ min: 4, max: 512 }), (given, limit) => {
        const { histogram, cut } = describeLengths(given, limit)
        const { width, counts } = histogram
        expect(counts.reduce((sum, count) => sum + count, 0)).toBe(given.length)
        expect(counts.length).toBeLessThanOrEqual(24)
        expect(counts[0]).toBe(given.filter((length) => counts.length === 1 || length <= width).length)
        expect(cut).toBe(given.filter((length) => length > limit).length)
      }),
    )
  })
})
