// A native select with a name of its own.
import styles from './Select.module.css'

interface SelectProps {
  readonly label: string
  readonly choices: readonly { readonly value: string; readonly label: string }[]
  readonly value: string
  readonly describedBy?: string
  readonly onChange: (value: string) => void
}

export function Select({ label, choices, value, describedBy, onChange }: SelectProps) {
  return (
    <select
      className={styles.select}
      aria-label={label}
      aria-describedby={describedBy}
      value={value}
      onChange={(event) => onChange(event.target.value)}
    >
      {choices.map((choice) => (
        <option key={choice.value} value={choice.value}>
          {choice.label}
        </option>
      ))}
    </select>
  )
}
