// The frame of one step: number, title, state, its action, and the controls; explanations when asked for.
import { type ReactNode, useState } from 'react'
import { STEPS, type Step, type StepState } from '../store/steps.ts'
import { words } from '../words.ts'
import { Button } from './Button.tsx'
import styles from './Panel.module.css'

interface PanelProps {
  readonly step: Step
  readonly state: StepState
  readonly lead: string
  /** What the panel is for, at the end of its title line. */
  readonly action?: ReactNode
  readonly children: ReactNode
}

export function Panel({ step, state, lead, action, children }: PanelProps) {
  const [isExplained, setExplained] = useState(false)
  const id = `${step}-title`
  const name = words.steps[step]
  return (
    <section className={styles.panel} id={step} aria-labelledby={id} data-explained={isExplained}>
      <header className={styles.head}>
        <span className={styles.number} aria-hidden="true">
          {STEPS.indexOf(step) + 1}
        </span>
        <h2 id={id} className={styles.title} tabIndex={-1}>
          {name}
        </h2>
        {state !== 'idle' && (
          <span className={styles.state} data-state={state}>
            {state === 'done' && <span aria-hidden="true">✓</span>}
            <span className={state === 'done' ? 'readers-only' : undefined}>{words.stepStates[state]}</span>
          </span>
        )}
        <Button
          look="quiet"
          className={styles.explain}
          aria-label={words.control.explain(name)}
          aria-expanded={isExplained}
          title={lead}
          onClick={() => setExplained(!isExplained)}
        >
          ?
        </Button>
        {action && <span className={styles.action}>{action}</span>}
      </header>
      {isExplained && <p className={styles.lead}>{lead}</p>}
      <div className={styles.body}>{children}</div>
    </section>
  )
}
