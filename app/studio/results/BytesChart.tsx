// Bytes of every measured model by part, before and after.
import { lazy, useMemo } from 'react'
import type { WeightGroup } from '../../engine/protocol.ts'
import { createComparison } from '../store/comparison.ts'
import { useStudio } from '../store/context.ts'
import { megabytes } from '../ui/format.ts'
import { words } from '../words.ts'
import type { BytesBar } from './BytesPlot.tsx'
import styles from './ChartFrame.module.css'
import { ChartFrame } from './ChartFrame.tsx'
import { plainName } from './row-name.ts'

const BytesPlot = lazy(() => import('./BytesPlot.tsx'))

export function BytesChart() {
  const rows = useStudio(useMemo(createComparison, []))
  const bars = useMemo(
    () =>
      rows.flatMap((row): BytesBar[] => {
        const { measured, isStale, key } = row
        if (!measured || isStale) return []
        return [{ key, name: plainName(row), total: measured.bytes, ...measured.group_bytes }]
      }),
    [rows],
  )
  const { bytesChart } = words
  const [first] = bars
  const last = bars.at(-1)
  if (!first || !last) return <p className={styles.summary}>{bytesChart.empty}</p>
  const groups = Object.entries(bytesChart.groups) as [WeightGroup, string][]
  return (
    <ChartFrame
      summary={bytesChart.summary(megabytes(first.total), megabytes(last.total), last.name)}
      table={{
        label: bytesChart.table,
        head: [bytesChart.model, ...groups.map(([, name]) => name), words.table.size],
        rows: bars.map((bar) => ({
          key: bar.key,
          cells: [bar.name, ...groups.map(([group]) => megabytes(bar[group])), megabytes(bar.total)],
        })),
        numbersFrom: 1,
      }}
    >
      <BytesPlot bars={bars} />
    </ChartFrame>
  )
}
