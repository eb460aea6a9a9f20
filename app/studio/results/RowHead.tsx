// Name of a row, and in what state it is.
import type { ComparisonRow } from '../store/comparison.ts'
import { words } from '../words.ts'
import styles from './RowHead.module.css'

export function RowHead({ row }: { readonly row: ComparisonRow }) {
  const name = row.schemeLabel ?? words.stage(row.slot)
  const notes = rowNotes(row)
  return (
    <th scope="row" className={styles.head} data-slot={row.slot}>
      <span className={styles.name}>{name}</span>{' '}
      {notes.length > 0 && <span className={styles.note}>{notes.join(', ')}</span>}
    </th>
  )
}

function rowNotes({ isRunning, isStale, isUntrained, measured, groupSize, sizes }: ComparisonRow): string[] {
  const { table } = words
  const group = groupSize === undefined ? [] : [table.group(groupSize)]
  if (isRunning) return [...group, table.running]
  if (!measured) return sizes ? [table.notRun] : []
  if (isStale) return [...group, table.stale]
  return isUntrained ? [...group, table.untrained] : group
}
