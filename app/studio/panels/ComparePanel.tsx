// Step 6: one text, classified by every model of the table.
import { useStudio } from '../store/context.ts'
import { stepState } from '../store/steps.ts'
import { Panel } from '../ui/Panel.tsx'
import { words } from '../words.ts'
import styles from './ComparePanel.module.css'
import { PredictionList } from './compare/PredictionList.tsx'
import { TryForm } from './compare/TryForm.tsx'

export function ComparePanel() {
  const state = useStudio((studio) => stepState(studio, 'compare'))
  const predictions = useStudio((studio) => studio.predictions)
  const isWaiting = useStudio((studio) => studio.insight.waiting.includes('predict'))
  const isRunning = useStudio((studio) => studio.activity.state !== 'idle')
  const { compare } = words
  return (
    <Panel step="compare" state={state} lead={compare.lead}>
      <TryForm />
      {isWaiting && isRunning && <p className={styles.note}>{compare.waiting}</p>}
      {predictions ? (
        <PredictionList predictions={predictions} />
      ) : (
        <p className={styles.note}>{compare.empty}</p>
      )}
    </Panel>
  )
}
