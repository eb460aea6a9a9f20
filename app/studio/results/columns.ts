// What each column of the comparison says of a row: the figure, its change against the teacher, the exact value.
import type { ModelRow } from '../../engine/protocol.ts'
import type { ComparisonRow } from '../store/comparison.ts'
import type { Prices } from '../store/state.ts'
import {
  compact,
  decimals,
  dollars,
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
import { dollarsPerRequest } from './request-cost.ts'

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

/** What figures depend on besides their own row. */
export interface TableContext {
  readonly teacher?: ComparisonRow
  readonly prices: Prices
}

export type ColumnKey = Exclude<keyof typeof words.source.formulas, 'accuracyWithoutLabels'>

export interface Column {
  readonly key: ColumnKey
  readonly head: string
  /** Lines below the head: unit and conditions. */
  readonly units: (teacher?: ModelRow) => readonly string[]
  readonly figure: (row: ComparisonRow, context: TableContext) => Figure
  /** The number behind the figure: parameters, bytes, shares, milliseconds, dollars. */
  readonly value: (row: ComparisonRow, context: TableContext) => number | undefined
  /** Whether the figure is not measured for the present settings. */
  readonly isStale: (row: ComparisonRow) => boolean
  /** Absent where neither is better. */
  readonly better?: 'low' | 'high'
  /** Compared with the teacher, which therefore does not compete for the best. */
  readonly isAgainstTeacher?: boolean
}

type SizeKey = 'parameters' | 'bytes' | 'multiplyAdds'
type Words = Pick<Figure, 'text' | 'title' | 'details'>

const { table } = words
const unit =
  (...lines: readonly string[]) =>
  () =>
    lines

/** In the order of what decides: on a phone only the first three are seen without scrolling. */
export const COLUMNS: readonly Column[] = [
  {
    key: 'parameters',
    head: table.parameters,
    units: unit(),
    better: 'low',
    ...sizeColumn('parameters', compact),
  },
  {
    key: 'bytes',
    head: table.size,
    units: unit(table.sizeUnit),
    better: 'low',
    ...sizeColumn('bytes', megabytes),
  },
  {
    key: 'accuracy',
    head: table.accuracy,
    units: (teacher) => [
      table.accuracyUnit,
      ...(teacher ? [table.rows(exact(teacher.n), teacher.split)] : []),
    ],
    better: 'high',
    ...measuredColumn((row) => row.accuracy ?? row.agreement, accuracy),
  },
  {
    key: 'latency',
    head: table.latency,
    units: (teacher) => [
      table.latencyUnit,
      ...(teacher ? [table.at(teacher.latency_ms.batch, teacher.latency_ms.tokens)] : []),
    ],
    better: 'low',
    ...measuredColumn(({ latency_ms }) => latency_ms.p50, latency),
  },
  {
    key: 'gpu_bytes',
    head: table.gpu,
    units: unit(table.gpuUnit),
    better: 'low',
    ...measuredColumn(
      ({ gpu_bytes }) => gpu_bytes,
      ({ gpu_bytes }, teacher) => ({
        text: megabytes(gpu_bytes),
        title: exact(gpu_bytes),
        details: teacher ? [times(gpu_bytes, teacher.gpu_bytes)] : [],
      }),
    ),
  },
  {
    key: 'multiply_adds',
    head: table.multiplyAdds,
    units: unit(table.multiplyAddsUnit),
    better: 'low',
    ...sizeColumn('multiplyAdds', compact),
  },
  {
    key: 'cost',
    head: table.cost,
    units: unit(table.costUnit),
    better: 'low',
    figure: costFigure,
    isStale: ({ isStale }) => isStale,
    value: ({ measured }, { prices }) => measured && dollarsPerRequest(prices.perHour, measured.latency_ms),
  },
  {
    key: 'macro_f1',
    head: table.macroF1,
    units: unit(),
    better: 'high',
    ...measuredColumn(
      ({ macro_f1 }) => macro_f1,
      ({ macro_f1 }) => shown(macro_f1, percent),
    ),
  },
  {
    key: 'agreement',
    head: table.agreement,
    units: unit(table.agreementUnit),
    better: 'high',
    isAgainstTeacher: true,
    ...measuredColumn(
      ({ agreement }) => agreement,
      ({ agreement }) => shown(agreement, percent),
    ),
  },
  {
    key: 'kl',
    head: table.kl,
    units: unit(table.klUnit),
    better: 'low',
    isAgainstTeacher: true,
    ...measuredColumn(
      ({ kl }) => kl,
      ({ kl }) => shown(kl, decimals),
    ),
  },
  {
    key: 'p_value',
    head: table.pValue,
    units: unit(table.pValueUnit),
    ...measuredColumn(
      ({ p_value }) => p_value,
      ({ p_value }) => shown(p_value, pValue),
    ),
  },
]

function sizeColumn(
  key: SizeKey,
  show: (value: number) => string,
): Pick<Column, 'figure' | 'value' | 'isStale'> {
  return {
    value: ({ sizes }) => sizes?.[key],
    isStale: ({ sizes }) => sizes?.isEstimate !== false,
    figure: ({ sizes, slot }, { teacher }) => {
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
    },
  }
}

function measuredColumn(
  value: (row: ModelRow) => number | undefined,
  say: (row: ModelRow, teacher?: ModelRow) => Words,
): Pick<Column, 'figure' | 'value' | 'isStale'> {
  return {
    value: ({ measured }) => measured && value(measured),
    isStale: ({ isStale }) => isStale,
    figure: ({ measured, isStale, slot }, { teacher }) => {
      if (!measured) return { isStale }
      return { ...say(measured, slot === 'teacher' ? undefined : teacher?.measured), isStale }
    },
  }
}

function shown(value: number | undefined, show: (value: number) => string): Words {
  return value === undefined ? {} : { text: show(value), title: exact(value) }
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

function costFigure({ measured, isStale, slot }: ComparisonRow, { teacher, prices }: TableContext): Figure {
  if (!measured) return { isStale }
  const request = dollarsPerRequest(prices.perHour, measured.latency_ms)
  const base = slot === 'teacher' ? undefined : teacher?.measured?.latency_ms.p50
  return {
    text: dollars(request * 1e6),
    details: [
      ...(base ? [times(measured.latency_ms.p50, base)] : []),
      table.per1000(dollars(request * 1000)),
    ],
    isStale,
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
