// What is under way and how long it takes, with the buttons that start, hold and stop it.
import { useIntents, useStudio } from '../store/context.ts'
import { staleStages } from '../store/running.ts'
import { canRun } from '../store/steps.ts'
import { Button } from '../ui/Button.tsx'
import { words } from '../words.ts'
import { ProgressLine } from './ProgressLine.tsx'
import styles from './RunBar.module.css'

export function RunBar() {
  const state = useStudio((studio) => studio.activity.state)
  const isReady = useStudio(canRun)
  const stale = useStudio((studio) => staleStages(studio).length)
  const { runAll, runStale, pause, step, resume, cancel } = useIntents()
  const { run } = words
  return (
    <div className={styles.bar}>
      <ProgressLine />
      <div className={styles.buttons}>
        {state === 'paused' ? (
          <>
            <Button onClick={resume}>{run.resume}</Button>
            <Button title={run.stepHint} onClick={step}>
              {run.step}
            </Button>
          </>
        ) : (
          <Button disabled={state === 'idle'} onClick={pause}>
            {run.pause}
          </Button>
        )}
        <Button disabled={state === 'idle'} onClick={cancel}>
          {run.cancel}
        </Button>
        {stale > 0 && (
          <Button disabled={!isReady} onClick={runStale}>
            {run.stale(stale)}
          </Button>
        )}
        <Button look="primary" disabled={!isReady} onClick={runAll}>
          {run.all}
        </Button>
      </div>
    </div>
  )
}
