// The frame of one step: number, title, state, one sentence, and the controls.
import type { ReactNode } from 'react'
import { STEPS, type Step, type StepState } from '../store/steps.ts'
import { words } from '../words.ts'
import styles from './Panel.module.css'

interface PanelProps {
  readonly step: Step
  readonly state: StepState
  readonly lead: string
  readonly children: ReactNode
}

export function Panel({ step, state, lead, children }: PanelProps) {
  const id = `${step}-title`
  return (
    <section className={styles.panel} id={step} aria-labelledby={id}>
      <header className={styles.head}>
        <span className={styles.number} aria-hidden="true">
          {STEPS.indexOf(step) + 1}
        </span>
        <h2 id={id} className={styles.title}>
          {words.steps[step]}
        </h2>
        {state !== 'idle' && (
          <span className={styles.state} data-state={state}>
            {words.stepStates[state]}
          </span>
        )}
      </header>
      <p className={styles.lead}>{lead}</p>
      <div className={styles.body}>{children}</div>
    </section>
  )
}
