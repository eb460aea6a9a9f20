// Under the table: what it was scored on, what latency means, storage and compute apart; the rest when asked for.
import type { ModelRow } from '../../engine/protocol.ts'
import { useStudio } from '../store/context.ts'
import { dollars, exact } from '../ui/format.ts'
import { words } from '../words.ts'
import styles from './TableNotes.module.css'

export function TableNotes({ teacher }: { readonly teacher: ModelRow | undefined }) {
  const perHour = useStudio((state) => state.prices.perHour)
  const { table } = words
  return (
    <p className={styles.notes}>
      {teacher && `${table.scored(exact(teacher.n), teacher.split)} `}
      {teacher && `${table.latencyAt(teacher.latency_ms.batch, teacher.latency_ms.tokens)} ${table.waits} `}
      {table.priceNote(dollars(perHour))} {table.bestNote} {table.openNote} {table.footnote}
    </p>
  )
}
