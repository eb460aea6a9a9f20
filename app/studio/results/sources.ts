// Where each figure comes from: its exact value, its formula in words, what it was measured on, its samples.
import type { Latency, ModelRow } from '../../engine/protocol.ts'
import type { ComparisonRow } from '../store/comparison.ts'
import type { Sizes } from '../store/estimates.ts'
import type { Prices } from '../store/state.ts'
import { bytes, dollars, duration, exact, interval, milliseconds, percent } from '../ui/format.ts'
import { words } from '../words.ts'
import type { ColumnKey } from './columns.ts'
import { dollarsPerRequest } from './request-cost.ts'

export interface Fact {
  readonly name: string
  readonly value: string
  readonly title?: string
}

export interface Source {
  /** Absent while nothing is known. */
  readonly exact?: string
  readonly formula: string
  readonly facts: readonly Fact[]
  /** Milliseconds of single requests, in the order measured. */
  readonly samples?: readonly number[]
  /** What the time means to someone who waits. */
  readonly felt?: string
}

/** Milliseconds from which people notice a wait, and at which they leave. */
export const NOTICED_MS = 200
export const LEAVE_MS = 500

const { source } = words

export function sourceOf(key: ColumnKey, { measured, sizes }: ComparisonRow, prices: Prices): Source {
  const formula = source.formulas[key]
  if (key === 'parameters' || key === 'bytes' || key === 'multiply_adds')
    return { formula, ...(sizes ? sizeSource(key, sizes) : {}), facts: sizeFacts(key, measured) }
  if (!measured) return { formula, facts: [] }
  switch (key) {
    case 'latency':
      return { formula, ...latencySource(measured.latency_ms) }
    case 'cost':
      return { formula, ...costSource(measured.latency_ms, prices) }
    case 'gpu_bytes':
      return {
        formula,
        exact: source.units.bytes(exact(measured.gpu_bytes)),
        facts: [{ name: words.table.size, value: bytes(measured.bytes) }, ...scored(measured)],
      }
    case 'accuracy':
      return accuracySource(measured)
    default:
      return { formula, ...qualitySource(key, measured) }
  }
}

function sizeSource(key: 'parameters' | 'bytes' | 'multiply_adds', sizes: Sizes): Pick<Source, 'exact'> {
  if (key === 'multiply_adds') return { exact: source.units.multiplyAdds(exact(sizes.multiplyAdds)) }
  return { exact: source.units[key](exact(sizes[key])) }
}

/** Multiply-adds depend on the length of the text; the other sizes on nothing but the shape. */
function sizeFacts(key: ColumnKey, measured: ModelRow | undefined): readonly Fact[] {
  return key === 'multiply_adds' && measured ? [lengthFact(measured.latency_ms)] : []
}

function accuracySource(row: ModelRow): Source {
  const { accuracy, accuracyWithoutLabels } = source.formulas
  return {
    exact: exact(row.accuracy ?? row.agreement),
    formula: row.accuracy === undefined ? accuracyWithoutLabels : accuracy,
    facts: [...scored(row), { name: source.interval, value: `${interval(...row.interval)}%` }],
  }
}

function qualitySource(
  key: 'macro_f1' | 'agreement' | 'kl' | 'p_value',
  row: ModelRow,
): Pick<Source, 'exact' | 'facts'> {
  const value = row[key]
  const shown = value === undefined ? undefined : exactly(value)
  return {
    ...(shown === undefined ? {} : { exact: key === 'kl' ? source.units.nats(shown) : shown }),
    facts: [
      ...scored(row),
      ...(row.accuracy === undefined
        ? []
        : [{ name: words.table.accuracy, value: percent(row.accuracy), title: exact(row.accuracy) }]),
    ],
  }
}

/** Six digits after the point, or powers of ten where they would all be zero. */
const exactly = (value: number) =>
  value !== 0 && Math.abs(value) < 1e-4 ? value.toExponential(3) : exact(value)

function latencySource(latency: Latency): Pick<Source, 'exact' | 'facts' | 'samples' | 'felt'> {
  const { p50, p95, batch, samples } = latency
  return {
    exact: source.units.milliseconds(exact(p50)),
    facts: [
      { name: source.p50, value: milliseconds(p50), title: exact(p50) },
      { name: source.p95, value: milliseconds(p95), title: exact(p95) },
      { name: source.batch, value: exact(batch) },
      lengthFact(latency),
    ],
    samples,
    felt: source.felt(milliseconds(p50), feltAs(p50)),
  }
}

/** How many samples there are, and from where to where. */
export function samplesInWords(samples: readonly number[]): string {
  const ends = [Math.min(...samples), Math.max(...samples)].map(milliseconds) as [string, string]
  return source.strip(exact(samples.length), ...ends)
}

export function feltAs(ms: number): string {
  if (ms < NOTICED_MS) return source.below
  return ms < LEAVE_MS ? source.noticed : source.above
}

function costSource(latency: Latency, { perHour }: Prices): Pick<Source, 'exact' | 'facts' | 'samples'> {
  const request = dollarsPerRequest(perHour, latency)
  return {
    exact: source.units.request(request.toExponential(4)),
    facts: [
      { name: source.perThousand, value: dollars(request * 1000) },
      { name: source.perMillion, value: dollars(request * 1e6) },
      { name: source.p50, value: milliseconds(latency.p50), title: exact(latency.p50) },
      { name: source.batch, value: exact(latency.batch) },
      lengthFact(latency),
    ],
    samples: latency.samples,
  }
}

const lengthFact = ({ tokens }: Latency): Fact => ({
  name: source.tokens,
  value: source.tokensOf(exact(tokens)),
})

function scored({ n, split, seconds }: ModelRow): readonly Fact[] {
  return [
    { name: source.rows, value: source.rowsOf(exact(n), split) },
    { name: source.seconds, value: duration(seconds) },
  ]
}
