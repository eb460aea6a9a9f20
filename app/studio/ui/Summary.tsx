// What is open: its name and the facts that matter most, in two short lines.
import styles from './Summary.module.css'

interface SummaryProps {
  readonly name: string
  readonly facts: readonly string[]
}

export function Summary({ name, facts }: SummaryProps) {
  return (
    <p className={styles.summary}>
      <strong className={styles.name}>{name}</strong>{' '}
      <span className={styles.facts}>{facts.join(' · ')}</span>
    </p>
  )
}
