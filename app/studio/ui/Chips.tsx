// Checkboxes side by side, each a chip.
import styles from './Chips.module.css'

interface ChipsProps {
  readonly label: string
  readonly chips: readonly {
    readonly value: string
    readonly label: string
    readonly name?: string
    readonly isOn: boolean
  }[]
  readonly describedBy?: string
  readonly onToggle: (value: string) => void
}

export function Chips({ label, chips, describedBy, onToggle }: ChipsProps) {
  return (
    <fieldset className={styles.chips} aria-label={label} aria-describedby={describedBy}>
      {chips.map((chip) => (
        <label className={styles.chip} key={chip.value}>
          <input
            className={styles.input}
            type="checkbox"
            aria-label={chip.name ?? chip.label}
            checked={chip.isOn}
            onChange={() => onToggle(chip.value)}
          />
          <span className={styles.face}>{chip.label}</span>
        </label>
      ))}
    </fieldset>
  )
}
