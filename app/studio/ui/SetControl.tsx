// Several of several; the last one cannot be taken away, since the engine needs at least one.
import { Chips } from './Chips.tsx'
import { Control } from './Control.tsx'
import type { SetOption } from './definitions.ts'
import type { OptionControlProps } from './OptionControl.tsx'

export function SetControl({
  definition,
  value,
  label,
  onCommit,
}: OptionControlProps<SetOption, readonly string[]>) {
  const toggle = (item: string) => {
    const next = definition.choices
      .map((choice) => choice.value)
      .filter((other) => value.includes(other) !== (other === item))
    if (next.length > 0) onCommit(next)
  }
  const chips = definition.choices.map((choice) => ({ ...choice, isOn: value.includes(choice.value) }))
  return (
    <Control definition={definition} value={value} label={label} onReset={() => onCommit(definition.default)}>
      {(_, helpId) => <Chips label={label} chips={chips} describedBy={helpId} onToggle={toggle} />}
    </Control>
  )
}
