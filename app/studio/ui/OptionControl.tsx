// The one place where an option's definition becomes a control.
import type { OptionDefinition, OptionValue } from '../../engine/protocol.ts'
import { ChoiceControl } from './ChoiceControl.tsx'
import { LayersControl } from './LayersControl.tsx'
import { NamesControl } from './NamesControl.tsx'
import { SetControl } from './SetControl.tsx'
import { SliderControl } from './SliderControl.tsx'

export interface OptionControlProps<D extends OptionDefinition, V extends OptionValue> {
  readonly definition: D
  readonly value: V
  readonly label: string
  /** Every value on the way. */
  readonly onChange: (value: V) => void
  /** The value that was settled on. */
  readonly onCommit: (value: V) => void
}

interface AnyOptionProps extends OptionControlProps<OptionDefinition, OptionValue> {
  readonly layers: number
  readonly kept: readonly number[]
}

export function OptionControl({ definition, value, layers, kept, ...rest }: AnyOptionProps) {
  switch (definition.kind) {
    case 'number':
    case 'integer':
      return <SliderControl {...rest} definition={definition} value={value as number} />
    case 'choice':
      return <ChoiceControl {...rest} definition={definition} value={value as string | number} />
    case 'set':
      return <SetControl {...rest} definition={definition} value={value as readonly string[]} />
    case 'layers':
      return (
        <LayersControl
          {...rest}
          definition={definition}
          value={value as readonly number[]}
          layers={layers}
          kept={kept}
        />
      )
    case 'names':
      return <NamesControl {...rest} definition={definition} value={value as readonly string[]} />
  }
}
