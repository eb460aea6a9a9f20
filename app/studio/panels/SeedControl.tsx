// The seed of everything random, a number to type.
import { useIntents, useStudio } from '../store/context.ts'
import { Control } from '../ui/Control.tsx'
import { NumberBox } from '../ui/NumberBox.tsx'
import { words } from '../words.ts'

const SEED = {
  key: 'seed',
  kind: 'integer',
  label: words.data.seed,
  help: words.data.seedHelp,
  default: 0,
  min: 0,
  max: 2 ** 31 - 1,
  step: 1,
} as const

export function SeedControl() {
  const seed = useStudio((state) => state.seed)
  const { setSeed } = useIntents()
  return (
    <Control
      definition={SEED}
      value={seed}
      label={SEED.label}
      onReset={() => setSeed(SEED.default)}
      aside={<NumberBox option={SEED} value={seed} label={SEED.label} onCommit={setSeed} />}
    />
  )
}
