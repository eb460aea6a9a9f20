// Data sets: columns are guessed, labels meet their classes, and the split is a function of the seed.
import { describe, expect, it } from 'vitest'
import { failureOf } from '../formats/testing.ts'
import { buildDataset, guessColumns, splitValidation } from './dataset.ts'

const table = (columns: string[], ...rows: string[][]) => ({ name: 't.csv', columns, rows })
const labeled = (...labels: string[]) => table(['text', 'label'], ...labels.map((label) => ['x', label]))
const idsOf = (labels: string[], classes: string[]) => [
  ...buildDataset(labeled(...labels), { text: 'text', label: 'label', labels: classes }).labelIds,
]

describe('guessColumns', () => {
  it.each([
    ['the usual names', table(['id', 'text', 'label'], ['1', 'a', 'b']), 'text', 'label'],
    ['banking77’s names', table(['text', 'category'], ['a', 'b']), 'text', 'category'],
    ['names in capitals', table(['Label', 'Text'], ['b', 'a']), 'Text', 'Label'],
    ['label before intent', table(['intent', 'label', 'text'], ['a', 'b', 'c']), 'text', 'label'],
    [
      'a name that holds one',
      table(['uid', 'user_utterance', 'intent'], ['long long id', 'a', 'b']),
      'user_utterance',
      'intent',
    ],
    ['the longer of two', table(['sentence1', 'sentence2'], ['a', 'bbb']), 'sentence2', null],
    ['no name at all', table(['a', 'b', 'c'], ['1', 'long words', '2']), 'b', null],
    ['one column', table(['title'], ['x']), 'title', null],
    ['one column named like a label', table(['category'], ['x']), 'category', null],
  ])('finds %s', (_, given, text, label) => {
    expect(guessColumns(given)).toEqual({ text, label })
  })
})

describe('buildDataset', () => {
  it.each([
    ['exact names', ['no', 'yes', 'no'], ['no', 'yes'], [0, 1, 0]],
    ['other case, spaces and dashes', ['Card Arrival', 'top-up'], ['top_up', 'card_arrival'], [1, 0]],
    ['exact before folded', ['a b', 'a_b'], ['a_b', 'a b'], [1, 0]],
    ['an ambiguous folded name as unknown', ['A B', 'x'], ['a_b', 'a b', 'x'], [-1, 2]],
    ['class numbers', ['2', '0'], ['a', 'b', 'c'], [2, 0]],
    ['names that are numbers before class numbers', ['1', '0'], ['1', '0'], [0, 1]],
    ['a number among names as unknown', ['1', 'a'], ['a', 'b'], [-1, 0]],
    ['numbers out of range as unknown beside names', ['a', '9'], ['a', 'b'], [0, -1]],
    ['empty labels as none', ['', 'b', ' '], ['a', 'b'], [-1, 1, -1]],
    ['labels with spaces around', [' b '], ['a', 'b'], [1]],
  ])('takes %s', (_, given, classes, expected) => {
    expect(idsOf(given, classes)).toEqual(expected)
  })

  it('counts empty texts and unknown labels, most rows first', () => {
    const given = table(['q', 'l'], ['', 'a'], [' ', 'zz'], ['x', 'b'], ['y', 'zz'], ['z', 'yy'])
    const dataset = buildDataset(given, { text: 'q', label: 'l', labels: ['a', 'b'] })
    expect(dataset.texts).toEqual(['', ' ', 'x', 'y', 'z'])
    expect(dataset.emptyTexts).toBe(2)
    expect(dataset.unknownLabels).toEqual([
      { label: 'zz', rows: 2 },
      { label: 'yy', rows: 1 },
    ])
    expect([...dataset.labelIds]).toEqual([0, -1, 1, -1, -1])
  })

  it('needs no labels', () => {
    const given = table(['text'], ['a'], ['b'])
    const dataset = buildDataset(given, { text: 'text', label: null, labels: ['x', 'y'] })
    expect(dataset).toMatchObject({ labelIds: Int32Array.of(-1, -1), unknownLabels: [], emptyTexts: 0 })
  })

  it.each([
    ['text', { text: 'body', label: 'label' }, '"body"'],
    ['label', { text: 'text', label: 'topic' }, '"topic"'],
  ])('names the columns there are when the %s column is missing', async (_, options, part) => {
    const failure = await failureOf(() => buildDataset(labeled('a'), { ...options, labels: ['a', 'b'] }))
    expect(failure.code).toBe('column-missing')
    for (const expected of ['t.csv', part, '"text", "label"']) expect(failure.message).toContain(expected)
  })

  it.each([
    ['names', ['cat', 'dog', 'cat'], ['2 labels', '"cat", "dog"']],
    ['class numbers out of range', ['0', '77'], ['2 labels', '"0", "77"']],
  ])('refuses %s when none is known', async (_, given, parts) => {
    const labels = Array.from({ length: 12 }, (_, i) => `class ${i}`)
    const failure = await failureOf(() =>
      buildDataset(labeled(...given), { text: 'text', label: 'label', labels }),
    )
    expect(failure.code).toBe('label-unknown')
    for (const part of ['t.csv', '12', '"class 0"', 'and 4 more', ...parts])
      expect(failure.message).toContain(part)
  })
})

describe('splitValidation', () => {
  it.each([
    [10_003, 0.1, 1000],
    [10, 0, 0],
    [10, 0.01, 1],
    [10, 1, 9],
    [1, 0.5, 0],
    [0, 0.5, 0],
  ])('of %i rows holds out a share of %f: %i', (count, share, expected) => {
    const { train, validation } = splitValidation(count, share, 0)
    expect(validation).toHaveLength(expected)
    const all = [...train, ...validation].sort((a, b) => a - b)
    expect(all).toEqual(Array.from({ length: count }, (_, i) => i))
    expect(train).toEqual([...train].sort((a, b) => a - b))
    expect(validation).toEqual([...validation].sort((a, b) => a - b))
  })

  it('depends on the seed alone', () => {
    expect(splitValidation(100, 0.2, 7)).toEqual(splitValidation(100, 0.2, 7))
    expect(splitValidation(100, 0.2, 7)).not.toEqual(splitValidation(100, 0.2, 8))
  })
})
