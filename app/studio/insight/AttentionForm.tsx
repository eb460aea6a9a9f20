// The text whose attention is shown; starts with the text that was classified last.
import { useState } from 'react'
import { useIntents, useStudio } from '../store/context.ts'
import { canAsk } from '../store/insight-views.ts'
import { Button } from '../ui/Button.tsx'
import field from '../ui/TextField.module.css'
import { words } from '../words.ts'
import styles from './AttentionForm.module.css'

export function AttentionForm() {
  const before = useStudio((state) => state.insight.attention?.text ?? state.predictions?.text ?? '')
  const isReady = useStudio(canAsk)
  const { lookAt } = useIntents()
  const [typed, setTyped] = useState<string>()
  const text = typed ?? before
  const { attention } = words.insight
  return (
    <form
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault()
        lookAt(text)
      }}
    >
      <input
        className={field.field}
        aria-label={attention.text}
        placeholder={words.compare.placeholder}
        autoComplete="off"
        value={text}
        onChange={(event) => setTyped(event.target.value)}
      />
      <Button type="submit" disabled={!isReady || text.trim() === ''}>
        {attention.button}
      </Button>
    </form>
  )
}
