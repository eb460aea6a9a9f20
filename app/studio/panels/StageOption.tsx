// One setting of a stage. It alone is drawn again when its value changes, so that a dragged slider leaves the others in peace.
import { memo } from 'react'
import type { OptionDefinition } from '../../engine/protocol.ts'
import { useIntents, useStudio } from '../store/context.ts'
import { keptLayers } from '../store/estimates.ts'
import type { SettingsKind } from '../store/settings.ts'
import { OptionControl } from '../ui/OptionControl.tsx'

interface StageOptionProps {
  readonly kind: SettingsKind
  readonly definition: OptionDefinition
  readonly label: string
}

export const StageOption = memo(function StageOption({ kind, definition, label }: StageOptionProps) {
  const { key } = definition
  const value = useStudio((state) => state.settings[kind][key]) ?? definition.default
  const layers = useStudio((state) => state.model?.spec.layers.length ?? 0)
  const { setOption, commitOption } = useIntents()
  return (
    <OptionControl
      definition={definition}
      value={value}
      label={label}
      layers={layers}
      kept={keptLayers(value, layers)}
      onChange={(next) => setOption(kind, key, next)}
      onCommit={(next) => commitOption(kind, key, next)}
    />
  )
})
