// One differing row: its text, its label, and what each model says.
import type { DifferingRow, Guess } from '../../engine/protocol.ts'
import { percent } from '../ui/format.ts'
import { words } from '../words.ts'
import styles from './DifferenceItem.module.css'

export function DifferenceItem({ row }: { readonly row: DifferingRow }) {
  const { differences } = words.insight
  return (
    <li className={styles.item}>
      <p className={styles.text}>{row.text}</p>
      <dl className={styles.guesses}>
        <GuessPair name={differences.teacher} guess={row.teacher} label={row.label} />
        <GuessPair name={differences.student} guess={row.student} label={row.label} />
        {row.kind === 'changed' && row.label !== undefined && (
          <>
            <dt>{differences.label}</dt>
            <dd>{row.label}</dd>
            <dd />
          </>
        )}
      </dl>
    </li>
  )
}

interface GuessPairProps {
  readonly name: string
  readonly guess: Guess
  readonly label: string | undefined
}

function GuessPair({ name, guess, label }: GuessPairProps) {
  const isRight = guess.label === label
  return (
    <>
      <dt>{name}</dt>
      <dd className={isRight ? styles.right : undefined}>
        {guess.label}
        {isRight && <span aria-hidden="true"> ✓</span>}
        {isRight && <span className="readers-only"> {words.insight.differences.isLabel}</span>}
      </dd>
      <dd className={styles.probability}>{percent(guess.probability, 0)}</dd>
    </>
  )
}
