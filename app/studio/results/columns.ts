// What each column of the comparison says of a row: the figure, its change against the teacher, the exact value.
import type { ModelRow } from '../../engine/protocol.ts'
import type { ComparisonRow } from '../store/comparison.ts'
import {
  compact,
  decimals,
  exact,
  interval,
  megabytes,
  milliseconds,
  percent,
  points,
  pValue,
  times,
} from '../ui/format.ts'
import { words } from '../words.ts'

export interface Figure {
  /** Absent while there is nothing to show. */
  readonly text?: string
  /** Second line: change against the teacher, interval, 95th percentile. */
  readonly details?: readonly string[]
  /** The exact value, on hover. */
  readonly title?: string
  readonly isStale: boolean
  /** Worked out from the shape rather than measured. */
  readonly isEstimate?: boolean
  /** Share of the teacher's, drawn as a level. */
  readonly level?: number
}

export interface Column {
  readonly key: string
  readonly head: string
  readonly unit?: string
  readonly figure: (row: ComparisonRow, teacher: ComparisonRow | undefined) => Figure
}

type SizeKey = 'parameters' | 'bytes' | 'multiplyAdds'

const { table } = words

/** In the order of what decides: on a phone only the first three are seen without scrolling. */
export const COLUMNS: readonly Column[] = [
  { key: 'parameters', head: table.parameters, figure: sizeFigure('parameters', compact) },
  { key: 'bytes', head: table.size, unit: table.sizeUnit, figure: sizeFigure('bytes', megabytes) },
  { key: 'accuracy', head: table.accuracy, unit: table.accuracyUnit, figure: measuredFigure(accuracy) },
  { key: 'latency', head: table.latency, unit: table.latencyUnit, figure: measuredFigure(latency) },
  {
    key: 'multiply_adds',
    head: table.multiplyAdds,
    unit: table.multiplyAddsUnit,
    figure: sizeFigure('multiplyAdds', compact),
  },
  {
    key: 'macro_f1',
    head: table.macroF1,
    figure: measuredFigure(({ macro_f1 }) => (macro_f1 === undefined ? {} : { text: percent(macro_f1) })),
  },
  {
    key: 'agreement',
    head: table.agreement,
    unit: table.agreementUnit,
    figure: measuredFigure(({ agreement }) => ({ text: percent(agreement), title: exact(agreement) })),
  },
  {
    key: 'kl',
    head: table.kl,
    unit: table.klUnit,
    figure: measuredFigure(({ kl }) => ({ text: decimals(kl), title: exact(kl) })),
  },
  {
    key: 'p_value',
    head: table.pValue,
    unit: table.pValueUnit,
    figure: measuredFigure(({ p_value }) =>
      p_value === undefined ? {} : { text: pValue(p_value), title: exact(p_value) },
    ),
  },
]

function sizeFigure(key: SizeKey, show: (value: number) => string): Column['figure'] {
  return ({ sizes, slot }, teacher) => {
    if (!sizes) return { isStale: true }
    const base = teacher?.sizes?.[key]
    const isStudent = slot !== 'teacher' && base !== undefined && base > 0
    return {
      text: show(sizes[key]),
      title: exact(sizes[key]),
      ...(isStudent ? { details: [times(sizes[key], base)] } : {}),
      ...(key === 'bytes' && base ? { level: Math.min(1, sizes[key] / base) } : {}),
      isStale: sizes.isEstimate,
      isEstimate: sizes.isEstimate,
    }
  }
}

type Words = Pick<Figure, 'text' | 'title' | 'details'>

function measuredFigure(say: (row: ModelRow, teacher?: ModelRow) => Words): Column['figure'] {
  return ({ measured, isStale, slot }, teacher) => {
    if (!measured) return { isStale }
    return { ...say(measured, slot === 'teacher' ? undefined : teacher?.measured), isStale }
  }
}

function latency({ latency_ms }: ModelRow, teacher?: ModelRow): Words {
  const { p50, p95, batch, tokens } = latency_ms
  const change = teacher ? [times(p50, teacher.latency_ms.p50)] : []
  return {
    text: milliseconds(p50),
    details: [...change, table.p95(milliseconds(p95))],
    title: table.latencyAt(batch, tokens),
  }
}

function accuracy(row: ModelRow, teacher?: ModelRow): Words {
  const value = row.accuracy ?? row.agreement
  const base = teacher && (row.accuracy === undefined ? teacher.agreement : teacher.accuracy)
  const unlabelled = row.accuracy === undefined ? [table.isAgreement] : []
  const change = base === undefined ? [] : [points(value - base)]
  return {
    text: percent(value),
    details: [...unlabelled, ...change, interval(...row.interval)],
    title: `${exact(value)}, ${table.n(exact(row.n))}`,
  }
}
