// What every setting has around its control: label, help, and a way back to the default.
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
        <span className={styles.label} id={labelId}>
          {label}
        </span>
        {isChanged && (
          <Button look="quiet" aria-describedby={labelId} onClick={onReset}>
            {words.control.back(defaultText(definition))}
          </Button>
        )}
        {aside !== undefined && <span className={styles.aside}>{aside}</span>}
      </div>
      {children?.(labelId, helpId)}
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
