// Free names, separated by commas; committed on Enter and on leaving.
import { useState } from 'react'
import { words } from '../words.ts'
import { Control } from './Control.tsx'
import type { NamesOption } from './definitions.ts'
import type { OptionControlProps } from './OptionControl.tsx'
import styles from './TextField.module.css'

export function NamesControl({
  definition,
  value,
  label,
  onCommit,
}: OptionControlProps<NamesOption, readonly string[]>) {
  const [draft, setDraft] = useState<string>()
  const commit = () => {
    if (draft === undefined) return
    setDraft(undefined)
    onCommit(
      draft
        .split(',')
        .map((name) => name.trim())
        .filter(Boolean),
    )
  }
  return (
    <Control definition={definition} value={value} label={label} onReset={() => onCommit(definition.default)}>
      {(labelId, helpId) => (
        <input
          className={styles.field}
          type="text"
          aria-labelledby={labelId}
          aria-describedby={helpId}
          placeholder={words.control.names}
          value={draft ?? value.join(', ')}
          onChange={(event) => setDraft(event.target.value)}
          onBlur={commit}
          onKeyDown={(event) => event.key === 'Enter' && commit()}
        />
      )}
    </Control>
  )
}
