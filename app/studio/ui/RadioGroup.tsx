// A few exclusive choices side by side.
import { useId } from 'react'
import styles from './RadioGroup.module.css'

interface RadioGroupProps {
  readonly label: string
  readonly choices: readonly { readonly value: string; readonly label: string }[]
  readonly value: string
  readonly describedBy?: string
  readonly onChange: (value: string) => void
}

export function RadioGroup({ label, choices, value, describedBy, onChange }: RadioGroupProps) {
  const name = useId()
  return (
    <div className={styles.group} role="radiogroup" aria-label={label} aria-describedby={describedBy}>
      {choices.map((choice) => (
        <label className={styles.choice} key={choice.value}>
          <input
            className={styles.input}
            type="radio"
            name={name}
            checked={choice.value === value}
            onChange={() => onChange(choice.value)}
          />
          <span className={styles.face}>{choice.label}</span>
        </label>
      ))}
    </div>
  )
}
