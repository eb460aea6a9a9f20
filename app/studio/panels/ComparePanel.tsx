// Step 6: one text, classified by every model of the table.
import { useState } from 'react'
import { useIntents, useStudio } from '../store/context.ts'
import { rowName } from '../store/names.ts'
import { canRun, stepState } from '../store/steps.ts'
import { Button } from '../ui/Button.tsx'
import { percent } from '../ui/format.ts'
import { Panel } from '../ui/Panel.tsx'
import { PlainTable } from '../ui/PlainTable.tsx'
import field from '../ui/TextField.module.css'
import { words } from '../words.ts'
import styles from './ComparePanel.module.css'

export function ComparePanel() {
  const state = useStudio((studio) => stepState(studio, 'compare'))
  const predictions = useStudio((studio) => studio.predictions)
  const isReady = useStudio(canRun)
  const catalog = useStudio((studio) => studio.catalog)
  const { predict } = useIntents()
  const [text, setText] = useState('')
  const { compare } = words
  return (
    <Panel step="compare" state={state} lead={compare.lead}>
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault()
          predict(text)
        }}
      >
        <input
          className={field.field}
          aria-label={compare.text}
          placeholder={compare.placeholder}
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
        <Button type="submit" disabled={!isReady || text.trim() === ''}>
          {compare.button}
        </Button>
      </form>
      {predictions ? (
        <PlainTable
          label={predictions.text}
          head={[compare.model, compare.prediction, compare.probability]}
          rows={predictions.predictions.map(({ key, label, probability }) => ({
            key,
            cells: [rowName({ catalog }, key), label, percent(probability)],
          }))}
          numbersFrom={2}
        />
      ) : (
        <p className={styles.empty}>{compare.empty}</p>
      )}
    </Panel>
  )
}
