// Order and best marks of the table.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ComparisonRow } from '../store/comparison.ts'
import { row } from '../store/testing.ts'
import { COLUMNS, type Column, type ColumnKey } from './columns.ts'
import { bestRows, nextSort, type Sort, sortRows } from './ranking.ts'

const context = { prices: { perHour: 2.5 } }

function column(key: ColumnKey): Column {
  const found = COLUMNS.find((candidate) => candidate.key === key)
  if (!found) throw new Error(`no column ${key}`)
  return found
}

function comparison(key: string, rest: Partial<ComparisonRow> = {}): ComparisonRow {
  return {
    key,
    slot: key === 'teacher' ? 'teacher' : 'prune',
    isStale: false,
    isUntrained: false,
    isRunning: false,
    ...rest,
  }
}

const scored = (key: string, accuracy: number, rest: Partial<ComparisonRow> = {}) =>
  comparison(key, { measured: row('prune', { accuracy }), ...rest })

const order = (rows: readonly ComparisonRow[], key: ColumnKey, direction: Sort['direction']) =>
  sortRows(rows, column(key), direction, context).map((found) => found.key)

describe('nextSort', () => {
  it('puts the best first, then the worst, then gives the pipeline its order back', () => {
    const first = nextSort(undefined, column('accuracy'))
    expect(first).toEqual({ column: 'accuracy', direction: 'descending' })
    const second = nextSort(first, column('accuracy'))
    expect(second).toEqual({ column: 'accuracy', direction: 'ascending' })
    expect(nextSort(second, column('accuracy'))).toBeUndefined()
  })

  it('takes the smallest for the best of a size, and begins anew at another column', () => {
    expect(nextSort({ column: 'accuracy', direction: 'ascending' }, column('bytes'))).toEqual({
      column: 'bytes',
      direction: 'ascending',
    })
  })
})

describe('sortRows', () => {
  const rows = [scored('teacher', 0.9), comparison('distill'), scored('prune', 0.7), scored('int8', 0.8)]

  it('sorts by the numbers, with rows that have none at the end either way', () => {
    expect(order(rows, 'accuracy', 'ascending')).toEqual(['prune', 'int8', 'teacher', 'distill'])
    expect(order(rows, 'accuracy', 'descending')).toEqual(['teacher', 'int8', 'prune', 'distill'])
  })

  it('keeps every row, and the order of equal ones, whatever the numbers are', () => {
    fc.assert(
      fc.property(fc.array(fc.option(fc.integer({ min: 0, max: 4 }), { nil: undefined })), (values) => {
        const given = values.map((value, i) =>
          value === undefined ? comparison(String(i)) : scored(String(i), value / 4),
        )
        const sorted = order(given, 'accuracy', 'ascending').map(Number)
        expect([...sorted].sort((a, b) => a - b)).toEqual(values.map((_, i) => i))
        const pairs = sorted.slice(1).map((after, i) => [sorted[i] ?? 0, after] as const)
        for (const [before, after] of pairs) {
          const [a = Number.POSITIVE_INFINITY, b = Number.POSITIVE_INFINITY] = [values[before], values[after]]
          expect(a < b || (a === b && before < after)).toBe(true)
        }
      }),
    )
  })
})

describe('bestRows', () => {
  it('marks the highest accuracy and the lowest latency, ties together', () => {
    const rows = [scored('teacher', 0.9), scored('prune', 0.7), scored('int8', 0.9)]
    expect([...bestRows(rows, column('accuracy'), context)]).toEqual(['teacher', 'int8'])
    const fast = row('prune', { latency_ms: { batch: 1, tokens: 16, p50: 1, p95: 2, samples: [1] } })
    const timed = [scored('teacher', 0.9), comparison('prune', { measured: fast })]
    expect([...bestRows(timed, column('latency'), context)]).toEqual(['prune'])
    expect([...bestRows(timed, column('cost'), context)]).toEqual(['prune'])
  })

  it('lets stale numbers and estimates not compete', () => {
    const stale = [scored('teacher', 0.9), scored('distill', 0.8), scored('prune', 0.99, { isStale: true })]
    expect([...bestRows(stale, column('accuracy'), context)]).toEqual(['teacher'])
    const sizes = (bytes: number, isEstimate: boolean) => ({
      parameters: 1,
      bytes,
      multiplyAdds: 1,
      isEstimate,
    })
    const estimated = [
      comparison('teacher', { sizes: sizes(10, false) }),
      comparison('distill', { sizes: sizes(5, false) }),
      comparison('prune', { sizes: sizes(1, true) }),
    ]
    expect([...bestRows(estimated, column('bytes'), context)]).toEqual(['distill'])
  })

  it('marks nothing where all are equal, where one stands alone, or where neither is better', () => {
    expect(bestRows([scored('teacher', 0.9), scored('prune', 0.9)], column('accuracy'), context).size).toBe(0)
    expect(bestRows([scored('teacher', 0.9)], column('accuracy'), context).size).toBe(0)
    const tested = (key: string, p_value: number) => comparison(key, { measured: row('prune', { p_value }) })
    expect(bestRows([tested('teacher', 1), tested('prune', 0.2)], column('p_value'), context).size).toBe(0)
  })

  it('leaves the teacher out where the others are compared with it', () => {
    const agreeing = (key: string, agreement: number) =>
      comparison(key, { measured: row('prune', { agreement }) })
    const rows = [agreeing('teacher', 1), agreeing('distill', 0.8), agreeing('prune', 0.9)]
    expect([...bestRows(rows, column('agreement'), context)]).toEqual(['prune'])
  })
})
