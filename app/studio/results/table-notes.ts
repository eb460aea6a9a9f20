// What a reader of the table must know, in sentences: on the page and in every copy of it.
import type { ComparisonRow } from '../store/comparison.ts'
import { dollars, exact } from '../ui/format.ts'
import { words } from '../words.ts'
import { COLUMNS, type TableContext } from './columns.ts'

/** Notes for a copy: rows and text length of the measurement, the price, and whether anything is stale. */
export function measuredNotes(
  rows: readonly ComparisonRow[],
  { teacher, prices }: TableContext,
): readonly string[] {
  const { table } = words
  const measured = teacher?.measured
  const isStale = rows.some((row) => COLUMNS.some((column) => column.isStale(row)))
  return [
    ...(measured ? [table.scored(exact(measured.n), measured.split)] : []),
    ...(measured
      ? [table.latencyAt(measured.latency_ms.batch, measured.latency_ms.tokens), table.waits]
      : []),
    table.priceNote(dollars(prices.perHour)),
    ...(isStale ? [table.staleNote] : []),
  ]
}
