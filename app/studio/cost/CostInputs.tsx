// The load, the price and what one machine answers: measured here, or typed for a server.
import { useIntents, useStudio } from '../store/context.ts'
import { PRICE_RANGE } from '../store/cost.ts'
import { Control } from '../ui/Control.tsx'
import type { NumberOption } from '../ui/definitions.ts'
import { NumberBox } from '../ui/NumberBox.tsx'
import { words } from '../words.ts'
import styles from './CostTab.module.css'

const { costs } = words

const input = (key: string, rest: Omit<NumberOption, 'key' | 'kind' | 'label' | 'help'>): NumberOption => ({
  key,
  kind: 'number',
  label: costs.inputs[key]![0],
  help: costs.inputs[key]![1],
  ...rest,
})

const REQUESTS = input('requests', { default: 100_000, min: 1, max: 1e10, step: 1000 })
const PEAK = input('peak', { default: 3, min: 1, max: 100, step: 0.5 })
const PRICE = input('price', PRICE_RANGE)
const TEACHER = input('teacher', { default: 0, min: 0.01, max: 1e9, step: 1 })
const STUDENT = input('student', { default: 0, min: 0.01, max: 1e9, step: 1 })

interface CostInputsProps {
  readonly capacities: { readonly teacher: number | undefined; readonly student: number | undefined }
}

export function CostInputs({ capacities }: CostInputsProps) {
  const cost = useStudio((state) => state.cost)
  const pricePerHour = useStudio((state) => state.prices.perHour)
  const { setCost, setPrice } = useIntents()
  const type = (model: 'teacher' | 'student') => (perMinute: number) =>
    setCost({ capacities: { ...cost.capacities, [model]: perMinute } })
  return (
    <div className={styles.inputs}>
      <Typed
        option={REQUESTS}
        value={cost.requestsPerDay}
        onCommit={(requestsPerDay) => setCost({ requestsPerDay })}
      />
      <Typed option={PEAK} value={cost.peakFactor} onCommit={(peakFactor) => setCost({ peakFactor })} />
      <Typed option={PRICE} value={pricePerHour} onCommit={setPrice} />
      {(['teacher', 'student'] as const).map((model) => {
        const value = capacities[model]
        if (value === undefined) return null
        const isTyped = cost.capacities[model] !== undefined
        const option = model === 'teacher' ? TEACHER : STUDENT
        return (
          <div key={model}>
            <Typed option={{ ...option, default: value }} value={value} onCommit={type(model)} />
            <p className={styles.origin}>{isTyped ? costs.typed : costs.measured}</p>
          </div>
        )
      })}
    </div>
  )
}

interface TypedProps {
  readonly option: NumberOption
  readonly value: number
  readonly onCommit: (value: number) => void
}

function Typed({ option, value, onCommit }: TypedProps) {
  return (
    <Control
      definition={option}
      value={value}
      label={option.label}
      onReset={() => onCommit(option.default)}
      aside={<NumberBox option={option} value={value} label={option.label} onCommit={onCommit} />}
    />
  )
}
