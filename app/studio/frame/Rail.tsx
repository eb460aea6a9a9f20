// The seven steps with their state; each is a link to its panel.
import { useStudio } from '../store/context.ts'
import { STEPS, type Step, stepState } from '../store/steps.ts'
import { words } from '../words.ts'
import styles from './Rail.module.css'

export function Rail() {
  return (
    <nav className={styles.rail} aria-label={words.stepsLabel}>
      <ol className={styles.list}>
        {STEPS.map((step) => (
          <li key={step}>
            <RailStep step={step} />
          </li>
        ))}
      </ol>
    </nav>
  )
}

function RailStep({ step }: { readonly step: Step }) {
  const state = useStudio((studio) => stepState(studio, step))
  return (
    <a className={styles.step} href={`#${step}`} data-state={state}>
      <span className={styles.dot} aria-hidden="true" />
      <span className={styles.name}>{words.steps[step]}</span>
      <span className={styles.state}>{words.stepStates[state]}</span>
    </a>
  )
}
