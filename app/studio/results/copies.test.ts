// Copies of the table: well-formed in each format, and honest about what is stale.
import Papa from 'papaparse'
import { describe, expect, it } from 'vitest'
import type { ComparisonRow } from '../store/comparison.ts'
import { row } from '../store/testing.ts'
import { COLUMNS } from './columns.ts'
import { type CopiedTable, copiedTable, copyAs } from './copies.ts'

const teacher: ComparisonRow = {
  key: 'teacher',
  slot: 'teacher',
  sizes: { parameters: 1234567, bytes: 4938268, multiplyAdds: 1e6, isEstimate: false },
  measured: row('teacher', { accuracy: 0.9 }),
  isStale: false,
  isUntrained: false,
  isRunning: false,
}
const pruned: ComparisonRow = {
  ...teacher,
  key: 'prune',
  slot: 'prune',
  sizes: { parameters: 600000, bytes: 2400000, multiplyAdds: 5e5, isEstimate: true },
  measured: row('prune', { accuracy: 0.8 }),
  isStale: true,
}
const columns = COLUMNS.filter(({ key }) => key === 'parameters' || key === 'accuracy')
const table = copiedTable([teacher, pruned], columns, { teacher, prices: { perHour: 2.5 } }, [
  'Scored on 50 test rows.',
])

const tricky: CopiedTable = {
  columns: [{ head: 'A & B | 100%_x', key: 'a' }],
  rows: [{ name: 'one, "two"', cells: [{ shown: '−1.2 pts ×0.5 ~1^2 \\ {x} $5 #1', isStale: false }] }],
  notes: ['n'],
}

describe('copyAs', () => {
  it('writes Markdown with a cell for every column and the word stale where it applies', () => {
    const lines = copyAs('markdown', table).split('\n')
    expect(lines.slice(0, 4)).toEqual([
      '| Model | Parameters | Accuracy |',
      '| --- | ---: | ---: |',
      '| Teacher | 1.23M | 90.0%, 80.0–96.0 |',
      '| Pruned | 600K, ×0.49 (stale) | 80.0%, −10.0 pts, 80.0–96.0 (stale) |',
    ])
    expect(lines).toContain('Scored on 50 test rows.')
  })

  it('escapes the bar that would split a Markdown cell', () => {
    expect(copyAs('markdown', tricky).split('\n')[0]).toBe('| Model | A & B \\| 100%_x |')
  })

  it('writes CSV that a parser reads back, with plain numbers and the stale columns named', () => {
    const { data, errors } = Papa.parse<Record<string, string>>(copyAs('csv', table), {
      header: true,
      skipEmptyLines: true,
    })
    expect(errors).toEqual([])
    expect(data).toEqual([
      { model: 'Teacher', parameters: '1234567', accuracy: '0.9', stale: '' },
      { model: 'Pruned', parameters: '600000', accuracy: '0.8', stale: 'parameters accuracy' },
    ])
    const quoted = Papa.parse<Record<string, string>>(copyAs('csv', tricky), { header: true })
    expect(quoted.data[0]?.model).toBe('one, "two"')
  })

  it('writes LaTeX with every special character escaped', () => {
    const text = copyAs('latex', tricky)
    expect(text).toContain('Model & A \\& B | 100\\%\\_x \\\\')
    expect(text).toContain(
      '$-$1.2 pts $\\times$0.5 \\textasciitilde{}1\\textasciicircum{}2 \\textbackslash{} \\{x\\} \\$5 \\#1 \\\\',
    )
    expect(copyAs('latex', table)).toContain('(stale)')
    expect(copyAs('latex', table)).toContain('\\begin{tabular}{lrr}')
  })
})
