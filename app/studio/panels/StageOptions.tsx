// The settings of one stage (or of the data), main ones first, drawn from the catalog.
import type { OptionDefinition } from '../../engine/protocol.ts'
import type { SettingsKind } from '../store/settings.ts'
import { Disclosure } from '../ui/Disclosure.tsx'
import { words } from '../words.ts'
import { StageOption } from './StageOption.tsx'

interface StageOptionsProps {
  readonly kind: SettingsKind
  readonly definitions: readonly OptionDefinition[]
  /** Keys that the panel draws itself. */
  readonly except?: readonly string[]
  /** Labels of ours for keys whose name others rely on. */
  readonly labels?: Readonly<Record<string, string>>
  /** Shows every setting at once, for a place that is itself opened on demand. */
  readonly isFlat?: boolean
}

export function StageOptions(props: StageOptionsProps) {
  const { kind, definitions, except = [], labels = {}, isFlat = false } = props
  const shown = definitions.filter(({ key }) => !except.includes(key))
  const control = (definition: OptionDefinition) => (
    <StageOption
      key={definition.key}
      kind={kind}
      definition={definition}
      label={labels[definition.key] ?? labelOf(definition)}
    />
  )
  const isFirst = ({ main }: OptionDefinition) => isFlat || main === true
  const more = shown.filter((definition) => !isFirst(definition))
  return (
    <>
      {shown.filter(isFirst).map(control)}
      {more.length > 0 && <Disclosure title={words.control.more}>{more.map(control)}</Disclosure>}
    </>
  )
}

/** Recovery is trained with the same options as distillation; its labels must tell them apart. */
function labelOf({ key, label }: OptionDefinition): string {
  return key.startsWith('recovery.') ? words.control.recovery(label) : label
}
