// Machines and dollars before and after.
import type { ServingCost } from '../store/cost.ts'
import { decimals, dollars, exact, percent, times } from '../ui/format.ts'
import { PlainTable } from '../ui/PlainTable.tsx'
import { words } from '../words.ts'

interface CostTableProps {
  readonly teacher: ServingCost
  readonly student: ServingCost | undefined
  readonly studentName: string
}

type Line = readonly [
  label: string,
  show: (cost: ServingCost) => string,
  value?: (cost: ServingCost) => number,
]

const { costs } = words

const LINES: readonly Line[] = [
  [costs.mean, ({ meanPerMinute }) => decimals(meanPerMinute, 1)],
  [costs.busiest, ({ peakPerMinute }) => decimals(peakPerMinute, 1)],
  [costs.machines, ({ machines }) => exact(machines), ({ machines }) => machines],
  [costs.utilization, ({ utilization }) => percent(utilization)],
  [costs.perYear, ({ dollarsPerYear }) => dollars(dollarsPerYear), ({ dollarsPerYear }) => dollarsPerYear],
  [
    costs.perMillion,
    ({ dollarsPerMillion }) => dollars(dollarsPerMillion),
    ({ dollarsPerMillion }) => dollarsPerMillion,
  ],
  [
    costs.perThousand,
    ({ dollarsPerThousand }) => dollars(dollarsPerThousand),
    ({ dollarsPerThousand }) => dollarsPerThousand,
  ],
]

export function CostTable({ teacher, student, studentName }: CostTableProps) {
  return (
    <PlainTable
      label={costs.table}
      head={[costs.figure, words.stage('teacher'), studentName, words.costs.change]}
      rows={LINES.map(([label, show, value]) => ({
        key: label,
        cells: [
          label,
          show(teacher),
          student ? show(student) : words.table.none,
          student && value ? times(value(student), value(teacher)) : '',
        ],
      }))}
      numbersFrom={1}
    />
  )
}
