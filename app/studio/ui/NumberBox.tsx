// A typed number: takes "0.3", "30 %" and "1e-4"; commits on Enter and on leaving, clamped to its range.
import { type KeyboardEvent, useState } from 'react'
import type { NumberOption } from './definitions.ts'
import { setting } from './format.ts'
import styles from './NumberBox.module.css'
import { nearest, parseTyped } from './scale.ts'

interface NumberBoxProps {
  readonly option: NumberOption
  readonly value: number
  readonly label: string
  readonly onCommit: (value: number) => void
}

export function NumberBox({ option, value, label, onCommit }: NumberBoxProps) {
  /** What is being typed; undefined while the box only shows the value. */
  const [draft, setDraft] = useState<string>()

  const commit = () => {
    if (draft === undefined) return
    const typed = parseTyped(draft)
    setDraft(undefined)
    if (typed !== undefined && nearest(option, typed) !== value) onCommit(nearest(option, typed))
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Enter') commit()
    if (event.key === 'Escape') setDraft(undefined)
    const direction = event.key === 'ArrowUp' ? 1 : event.key === 'ArrowDown' ? -1 : 0
    if (direction === 0) return
    event.preventDefault()
    setDraft(undefined)
    onCommit(nearest(option, value + direction * option.step * (event.shiftKey ? 10 : 1)))
  }

  return (
    <span className={styles.box}>
      <input
        className={styles.input}
        type="text"
        inputMode="decimal"
        autoComplete="off"
        aria-label={label}
        value={draft ?? setting(value)}
        onChange={(event) => setDraft(event.target.value)}
        onFocus={(event) => event.target.select()}
        onBlur={commit}
        onKeyDown={onKeyDown}
      />
      {option.unit && <span className={styles.unit}>{option.unit}</span>}
    </span>
  )
}
