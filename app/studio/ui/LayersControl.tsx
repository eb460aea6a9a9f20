// Layers of the teacher that the student keeps, one toggle a layer.
import { words } from '../words.ts'
import { Chips } from './Chips.tsx'
import { Control } from './Control.tsx'
import type { LayersOption } from './definitions.ts'
import type { OptionControlProps } from './OptionControl.tsx'

interface LayersControlProps extends OptionControlProps<LayersOption, readonly number[]> {
  /** Layers of the teacher; 0 before one is open. */
  readonly layers: number
  /** Layers in effect: those chosen, or what no choice stands for. */
  readonly kept: readonly number[]
}

export function LayersControl({ definition, value, label, layers, kept, onCommit }: LayersControlProps) {
  const numbers = Array.from({ length: layers }, (_, layer) => layer)
  const toggle = (text: string) =>
    onCommit(numbers.filter((layer) => kept.includes(layer) !== (layer === Number(text))))
  const chips = numbers.map((layer) => ({
    value: String(layer),
    label: String(layer),
    name: words.control.layer(layer),
    isOn: kept.includes(layer),
  }))
  return (
    <Control definition={definition} value={value} label={label} onReset={() => onCommit(definition.default)}>
      {(_, helpId) =>
        layers === 0 ? (
          <p>{words.control.noLayers}</p>
        ) : (
          <Chips label={label} chips={chips} describedBy={helpId} onToggle={toggle} />
        )
      }
    </Control>
  )
}
