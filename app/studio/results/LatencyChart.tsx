// Every latency sample of every measured row on one axis, with the waits that people notice and leave at.
import { useMemo } from 'react'
import { type ComparisonRow, createComparison } from '../store/comparison.ts'
import { useStudio } from '../store/context.ts'
import { decimals, exact, milliseconds } from '../ui/format.ts'
import { words } from '../words.ts'
import { ChartFrame } from './ChartFrame.tsx'
import { LatencyAxis } from './LatencyAxis.tsx'
import styles from './LatencyChart.module.css'
import { latencyScale } from './latency-scale.ts'
import { rowName } from './row-name.ts'
import { SampleDots } from './SampleDots.tsx'
import { feltAs, LEAVE_MS, NOTICED_MS, samplesInWords } from './sources.ts'

const { latencyChart } = words

export function LatencyChart() {
  const rows = useStudio(useMemo(createComparison, []))
  const lines = useMemo(() => rows.flatMap(lineOf), [rows])
  const [first] = lines
  if (!first) return <p className={styles.empty}>{latencyChart.empty}</p>
  const scale = latencyScale(lines.flatMap(({ samples }) => samples))
  return (
    <ChartFrame
      isTall
      summary={latencyChart.summary(exact(first.batch), exact(first.tokens))}
      table={tableOf(lines)}
    >
      <ul className={styles.rows}>
        {lines.map(({ key, name, samples, p50, p95 }) => (
          <li key={key}>
            <p className={styles.head}>
              <strong>{name}</strong> {latencyChart.line(milliseconds(p50), milliseconds(p95), feltAs(p50))}
            </p>
            <SampleDots
              label={`${name}: ${samplesInWords(samples)}`}
              samples={samples}
              p50={p50}
              p95={p95}
              place={scale.place}
              marks={[NOTICED_MS, LEAVE_MS]}
            />
          </li>
        ))}
      </ul>
      <LatencyAxis scale={scale} />
    </ChartFrame>
  )
}

function lineOf(row: ComparisonRow) {
  const { measured, isStale, key } = row
  if (!measured) return []
  const name = isStale ? `${rowName(row)} (${words.table.stale})` : rowName(row)
  return [{ key, name, ...measured.latency_ms }]
}

/** A column for each model; below the percentiles a line for each sample, in the order measured. */
function tableOf(lines: ReturnType<typeof lineOf>) {
  const most = Math.max(...lines.map(({ samples }) => samples.length))
  const line = (key: string, name: string, values: readonly (number | undefined)[]) => ({
    key,
    cells: [name, ...values.map((value) => (value === undefined ? words.table.none : decimals(value, 2)))],
  })
  return {
    label: latencyChart.table,
    head: [latencyChart.sample, ...lines.map(({ name }) => name)],
    rows: [
      line(
        'p50',
        words.source.p50,
        lines.map(({ p50 }) => p50),
      ),
      line(
        'p95',
        words.source.p95,
        lines.map(({ p95 }) => p95),
      ),
      ...Array.from({ length: most }, (_, i) =>
        line(
          String(i),
          exact(i + 1),
          lines.map(({ samples }) => samples[i]),
        ),
      ),
    ],
    numbersFrom: 1,
  }
}
