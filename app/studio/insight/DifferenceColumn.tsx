// Rows of one kind, ten at a time.
import { useState } from 'react'
import type { DifferenceKind, DifferingRow } from '../../engine/protocol.ts'
import { Button } from '../ui/Button.tsx'
import { exact } from '../ui/format.ts'
import { words } from '../words.ts'
import styles from './DifferenceColumn.module.css'
import { DifferenceItem } from './DifferenceItem.tsx'

interface DifferenceColumnProps {
  readonly kind: DifferenceKind
  /** Those that the search leaves. */
  readonly rows: readonly DifferingRow[]
  /** All of this kind that the engine listed, and all that there are. */
  readonly listed: number
  readonly total: number
  readonly isSearching: boolean
}

const STEP = 10

export function DifferenceColumn({ kind, rows, listed, total, isSearching }: DifferenceColumnProps) {
  const [limit, setLimit] = useState(STEP)
  const { differences } = words.insight
  const left = Math.min(STEP, rows.length - limit)
  return (
    <section className={styles.column} aria-label={differences.kinds[kind]}>
      <h3 className={styles.title} data-kind={kind}>
        {differences.kinds[kind]} <span className={styles.count}>{exact(total)}</span>
      </h3>
      <p className={styles.lead}>{differences.leads[kind]}</p>
      {isSearching && total > 0 && <p className={styles.lead}>{differences.found(exact(rows.length))}</p>}
      {listed < total && <p className={styles.lead}>{differences.listed(exact(listed), exact(total))}</p>}
      {rows.length === 0 && (
        <p className={styles.lead}>{total === 0 ? differences.noneOfKind : differences.noneFound}</p>
      )}
      <ul className={styles.rows}>
        {rows.slice(0, limit).map((row, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a text may stand in the data more than once
          <DifferenceItem key={`${at} ${row.text}`} row={row} />
        ))}
      </ul>
      {left > 0 && <Button onClick={() => setLimit(limit + STEP)}>{differences.more(exact(left))}</Button>}
    </section>
  )
}
