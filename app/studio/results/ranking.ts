// Order and best values of the comparison's rows, by the numbers behind what is shown.
import type { ComparisonRow } from '../store/comparison.ts'
import type { Column, TableContext } from './columns.ts'

export interface Sort {
  readonly column: string
  readonly direction: 'ascending' | 'descending'
}

/** What pressing a column's header does: its best first, then its worst first, then the pipeline's own order. */
export function nextSort(sort: Sort | undefined, { key, better }: Column): Sort | undefined {
  const first = better === 'high' ? 'descending' : 'ascending'
  if (sort?.column !== key) return { column: key, direction: first }
  if (sort.direction !== first) return undefined
  return { column: key, direction: first === 'ascending' ? 'descending' : 'ascending' }
}

/** Rows by a column's values; equal ones keep the pipeline's order, those without a value come last. */
export function sortRows(
  rows: readonly ComparisonRow[],
  column: Column | undefined,
  direction: Sort['direction'],
  context: TableContext,
): readonly ComparisonRow[] {
  if (!column) return rows
  const sign = direction === 'ascending' ? 1 : -1
  return [...rows].sort((a, b) => {
    const [first, second] = [column.value(a, context), column.value(b, context)]
    if (first === undefined || second === undefined)
      return Number(first === undefined) - Number(second === undefined)
    return sign * (first - second)
  })
}

/**
 * Keys of the rows with a column's best value, ties together. Only measured values for the present settings compete;
 * none is best where fewer than two compete or all are equal.
 */
export function bestRows(
  rows: readonly ComparisonRow[],
  column: Column,
  context: TableContext,
): ReadonlySet<string> {
  const { better, isAgainstTeacher } = column
  const competing = rows.flatMap((row) => {
    const value = column.value(row, context)
    const isOut = value === undefined || (isAgainstTeacher && row.slot === 'teacher')
    return isOut || column.isStale(row) ? [] : [{ key: row.key, value }]
  })
  const values = competing.map(({ value }) => value)
  if (!better || new Set(values).size < 2) return new Set()
  const best = better === 'low' ? Math.min(...values) : Math.max(...values)
  return new Set(competing.filter(({ value }) => value === best).map(({ key }) => key))
}
