// Under the table: what it was scored on, what latency means, storage and compute apart.
import type { ModelRow } from '../../engine/protocol.ts'
import { exact } from '../ui/format.ts'
import { words } from '../words.ts'
import styles from './TableNotes.module.css'

export function TableNotes({ teacher }: { readonly teacher: ModelRow | undefined }) {
  const { table } = words
  return (
    <p className={styles.notes}>
      {teacher && `${table.scored(exact(teacher.n), teacher.split)} `}
      {teacher && `${table.latencyAt(teacher.latency_ms.batch, teacher.latency_ms.tokens)} `}
      {table.footnote}
    </p>
  )
}
