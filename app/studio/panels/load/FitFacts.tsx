// Whether a model fits, task by task: a bar, both numbers, and what makes it fit.
import type { FitLever, FitVerdict } from '../../../engine/protocol.ts'
import { bytes, exact } from '../../ui/format.ts'
import { words } from '../../words.ts'
import styles from './FitFacts.module.css'

/** The verdicts in a few words, for a line of facts. */
export function fitSummary(fit: readonly FitVerdict[]): string {
  const { opening } = words
  const [run, distill] = (['run', 'distill'] as const).map((task) => fit.find((one) => one.task === task))
  if (!run?.fits) return opening.fitsNot
  if (!distill?.fits) return opening.fitsRun(bytes(run.needed))
  return opening.fitsAll(bytes(run.needed), bytes(distill.needed))
}

export function FitFacts({ fit }: { readonly fit: readonly FitVerdict[] }) {
  const { opening } = words
  return (
    <section className={styles.fit} aria-label={opening.memory}>
      <ul className={styles.tasks}>
        {fit.map((verdict) => (
          <Task key={verdict.task} verdict={verdict} />
        ))}
      </ul>
    </section>
  )
}

function Task({ verdict }: { readonly verdict: FitVerdict }) {
  const { opening } = words
  const { task, needed, budget, fits, largestTensor, levers } = verdict
  const isTensorTooLarge = largestTensor.bytes > largestTensor.limit
  const text = opening.verdict(opening.tasks[task], bytes(needed), bytes(budget))
  return (
    <li className={styles.task} data-fits={fits}>
      <span className={styles.mark} aria-hidden="true">
        {fits ? '✓' : '✗'}
      </span>
      <span className={styles.text} title={`${exact(needed)} / ${exact(budget)}`}>
        {text}
        {isTensorTooLarge &&
          ` ${opening.tensor(largestTensor.name, bytes(largestTensor.bytes), bytes(largestTensor.limit))}`}
      </span>
      <meter className={styles.bar} aria-label={text} min={0} max={budget} value={Math.min(needed, budget)} />
      {!fits && levers.length === 0 && <span className={styles.levers}>{opening.noLever}</span>}
      {levers.length > 0 && (
        <span className={styles.levers}>
          {opening.levers}
          <ul>
            {levers.map((lever) => (
              <li key={JSON.stringify(lever.changes)}>{leverText(lever)}</li>
            ))}
          </ul>
        </span>
      )}
    </li>
  )
}

/** A lever in words, with the memory that remains needed. */
export function leverText({ changes, needed }: FitLever): string {
  const { lever, leverNeeds } = words.opening
  const { hidden_weight, batch_size, max_length, student_layers } = changes
  const parts = [
    hidden_weight === undefined ? [] : lever.hidden_weight,
    batch_size === undefined ? [] : lever.batch_size(exact(batch_size)),
    max_length === undefined ? [] : lever.max_length(exact(max_length)),
    student_layers === undefined ? [] : lever.student_layers(exact(student_layers.length)),
  ].flat()
  return leverNeeds(parts.join(', '), bytes(needed))
}
