// Name of a row, what it stores and computes in, and in what state it is.
import type { ComparisonRow } from '../store/comparison.ts'
import { words } from '../words.ts'
import styles from './RowHead.module.css'
import { plainName } from './row-name.ts'

export function RowHead({ row }: { readonly row: ComparisonRow }) {
  const { slot, scheme } = row
  const notes = rowNotes(row)
  const arithmetic = scheme && words.table.arithmetic(scheme)
  return (
    <th scope="row" className={styles.head} data-slot={slot}>
      <span className={styles.name}>{plainName(row)}</span>{' '}
      {arithmetic && <span className={styles.arithmetic}>{arithmetic}</span>}{' '}
      {notes.length > 0 && <span className={styles.note}>{notes.join(', ')}</span>}
    </th>
  )
}

function rowNotes(row: ComparisonRow): string[] {
  const { isRunning, isStale, isUntrained, isCancelled, measured, groupSize, sizes } = row
  const { table } = words
  const group = groupSize === undefined ? [] : [table.group(groupSize)]
  if (isRunning) return [...group, table.running]
  if (!measured) return sizes ? [table.notRun] : []
  if (isStale) return [...group, table.stale]
  if (isCancelled) return [table.cancelled]
  return isUntrained ? [...group, table.untrained] : group
}
