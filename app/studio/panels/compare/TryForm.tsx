// The box for a text of the user's, and the texts tried before: in memory only, gone with the page.
import { useState } from 'react'
import { useIntents, useStudio } from '../../store/context.ts'
import { canAsk } from '../../store/insight-views.ts'
import { Button } from '../../ui/Button.tsx'
import field from '../../ui/TextField.module.css'
import { words } from '../../words.ts'
import { remembered } from './agreement.ts'
import styles from './TryForm.module.css'

const MOST_TEXTS = 5

export function TryForm() {
  const isReady = useStudio(canAsk)
  const { predict } = useIntents()
  const [text, setText] = useState('')
  const [tried, setTried] = useState<readonly string[]>([])
  const { compare } = words
  const ask = (asked: string) => {
    if (!isReady || asked.trim() === '') return
    setTried(remembered(tried, asked, MOST_TEXTS))
    setText(asked)
    predict(asked)
  }
  return (
    <>
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault()
          ask(text)
        }}
      >
        <input
          className={field.field}
          aria-label={compare.text}
          placeholder={compare.placeholder}
          autoComplete="off"
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
        <Button type="submit" disabled={!isReady || text.trim() === ''}>
          {compare.button}
        </Button>
      </form>
      {tried.length > 1 && (
        <ul className={styles.tried} aria-label={compare.recent}>
          {tried.slice(1).map((other) => (
            <li key={other}>
              <Button look="quiet" className={styles.again} title={other} onClick={() => ask(other)}>
                {other}
              </Button>
            </li>
          ))}
        </ul>
      )}
    </>
  )
}
