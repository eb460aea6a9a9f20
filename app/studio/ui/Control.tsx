// What every setting has around its control: label, a way back to the default, and help.
import { type ReactNode, useId } from 'react'
import type { OptionDefinition, OptionValue } from '../../engine/protocol.ts'
import { words } from '../words.ts'
import { Button } from './Button.tsx'
import styles from './Control.module.css'
import { setting } from './format.ts'

interface ControlProps {
  readonly definition: OptionDefinition
  readonly value: OptionValue
  readonly label: string
  readonly onReset: () => void
  /** A short control beside the label, such as a typed number. */
  readonly aside?: ReactNode
  readonly children?: (labelId: string, helpId: string) => ReactNode
}

export function Control({ definition, value, label, onReset, aside, children }: ControlProps) {
  const labelId = useId()
  const helpId = useId()
  const isChanged = JSON.stringify(value) !== JSON.stringify(definition.default)
  return (
    <div className={styles.control}>
      <div className={styles.head}>
        <span className={styles.label} id={labelId} title={definition.help}>
          {label}
        </span>
        {isChanged && (
          <Button
            look="quiet"
            className={styles.back}
            aria-label={words.control.back(defaultText(definition))}
            aria-describedby={labelId}
            title={words.control.back(defaultText(definition))}
            onClick={onReset}
          >
            ↺
          </Button>
        )}
      </div>
      {children && <div className={styles.body}>{children(labelId, helpId)}</div>}
      {aside !== undefined && <span className={styles.aside}>{aside}</span>}
      <p className={styles.help} id={helpId}>
        {definition.help}
      </p>
    </div>
  )
}

function defaultText(definition: OptionDefinition): string {
  switch (definition.kind) {
    case 'number':
    case 'integer':
      return setting(definition.default)
    case 'choice':
      return (
        definition.choices.find(({ value }) => value === definition.default)?.label ??
        String(definition.default)
      )
    default:
      return words.control.theDefault
  }
}
