// One model's prediction: its class, and how sure it is, as a number and a bar.
import type { Guess } from '../../../engine/protocol.ts'
import { percent } from '../../ui/format.ts'
import { words } from '../../words.ts'
import styles from './PredictionLine.module.css'

interface PredictionLineProps {
  readonly name: string
  readonly guess: Guess
  readonly isDissenting: boolean
  readonly isStale: boolean
}

export function PredictionLine({ name, guess, isDissenting, isStale }: PredictionLineProps) {
  const { compare } = words
  return (
    <li className={styles.line} data-stale={isStale}>
      <span className={styles.name}>
        {name}
        {isStale && <span className={styles.mark}>{compare.stale}</span>}
      </span>
      <span className={styles.label}>
        {guess.label}
        {isDissenting && <span className={styles.differs}>{compare.differs}</span>}
      </span>
      <span className={styles.probability}>{percent(guess.probability)}</span>
      <svg className={styles.bar} viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">
        <rect className={styles.rest} width="100" height="4" />
        <rect
          className={isDissenting ? styles.other : styles.share}
          width={guess.probability * 100}
          height="4"
        />
      </svg>
    </li>
  )
}
