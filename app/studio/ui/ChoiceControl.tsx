// One of several: a bar of segments while they are few and short, else a select.
import { Control } from './Control.tsx'
import type { ChoiceOption } from './definitions.ts'
import type { OptionControlProps } from './OptionControl.tsx'
import { RadioGroup } from './RadioGroup.tsx'
import { Select } from './Select.tsx'

/** Letters that fit a bar of segments at phone width. */
const BAR_LETTERS = 30

export function ChoiceControl({
  definition,
  value,
  label,
  onCommit,
}: OptionControlProps<ChoiceOption, string | number>) {
  const choices = definition.choices.map((choice) => ({ value: String(choice.value), label: choice.label }))
  const pick = (text: string) => {
    const chosen = definition.choices.find((choice) => String(choice.value) === text)
    if (chosen) onCommit(chosen.value)
  }
  const letters = choices.reduce((sum, choice) => sum + choice.label.length + 3, 0)
  const Shape = letters <= BAR_LETTERS ? RadioGroup : Select
  return (
    <Control definition={definition} value={value} label={label} onReset={() => onCommit(definition.default)}>
      {(_, helpId) => (
        <Shape label={label} choices={choices} value={String(value)} describedBy={helpId} onChange={pick} />
      )}
    </Control>
  )
}
