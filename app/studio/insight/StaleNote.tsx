// Says that what is shown is of another model or of other settings than the present ones.
import { words } from '../words.ts'
import styles from './StaleNote.module.css'

export function StaleNote() {
  const { insight } = words
  return (
    <p className={styles.note}>
      <strong className={styles.mark}>{insight.stale}</strong> {insight.staleNote}
    </p>
  )
}
