// What the open model is made of, in a line; all of it, and how its file stores it, when asked for.
import type { FitVerdict, ModelSummary } from '../../engine/protocol.ts'
import { useStudio } from '../store/context.ts'
import { Disclosure } from '../ui/Disclosure.tsx'
import { Facts } from '../ui/Facts.tsx'
import { compact, count, exact, megabytes } from '../ui/format.ts'
import { PlainTable } from '../ui/PlainTable.tsx'
import { Summary } from '../ui/Summary.tsx'
import { words } from '../words.ts'
import { FitFacts, fitSummary } from './load/FitFacts.tsx'

interface ModelFactsProps {
  readonly model: ModelSummary
  /** Absent where it is shown apart. */
  readonly fit?: readonly FitVerdict[] | undefined
}

export function ModelFacts({ model, fit }: ModelFactsProps) {
  const { load } = words
  const { spec } = model
  const entry = useStudio(({ catalog }) => catalog?.architectures.find(({ id }) => id === spec.architecture))
  const architecture = entry?.label ?? spec.architecture
  const [layer] = spec.layers
  const facts = [
    { name: load.facts.architecture, value: architecture },
    { name: load.facts.layers, value: exact(spec.layers.length) },
    { name: load.facts.shape, value: layer ? `${layer.heads} × ${layer.ffn}` : words.table.none },
    { name: load.facts.hidden, value: exact(spec.hidden) },
    { name: load.facts.vocabulary, value: count(spec.vocabulary), title: exact(spec.vocabulary) },
    { name: load.facts.labels, value: exact(spec.labels.length) },
    { name: load.facts.parameters, value: compact(model.parameters), title: exact(model.parameters) },
    { name: load.facts.size, value: megabytes(model.bytes), title: exact(model.bytes) },
  ]
  const rows = model.groups.map(({ group, dtype, parameters, bytes }) => ({
    key: `${group} ${dtype}`,
    cells: [group, dtype, exact(parameters), megabytes(bytes)],
  }))
  return (
    <>
      <Summary
        name={model.name}
        facts={[
          architecture,
          load.layers(spec.layers.length),
          load.labels(spec.labels.length),
          megabytes(model.bytes),
          ...(fit ? [fitSummary(fit)] : []),
        ]}
      />
      <Disclosure title={load.details}>
        <Facts facts={facts} />
        {fit && <FitFacts fit={fit} />}
        <PlainTable
          label={load.stored}
          head={[load.group, load.type, load.parameters, load.size]}
          rows={rows}
          numbersFrom={2}
        />
      </Disclosure>
    </>
  )
}
