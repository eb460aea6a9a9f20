// GPU memory over the last minutes, and what holds it now.
import { lazy } from 'react'
import { useStudio } from '../store/context.ts'
import { bytes } from '../ui/format.ts'
import { words } from '../words.ts'
import styles from './ChartFrame.module.css'
import { ChartFrame } from './ChartFrame.tsx'

const MemoryPlot = lazy(() => import('./MemoryPlot.tsx'))

export function MemoryChart() {
  const memory = useStudio((state) => state.memory)
  const log = useStudio((state) => state.memoryLog)
  const { memoryChart } = words
  if (!memory) return <p className={styles.summary}>{memoryChart.empty}</p>
  const owners = Object.entries(memory.owners).sort(([, a], [, b]) => b - a)
  return (
    <ChartFrame
      summary={memoryChart.summary(bytes(memory.now), bytes(memory.peak), bytes(memory.budget))}
      table={{
        label: memoryChart.table,
        head: [memoryChart.owner, memoryChart.bytes],
        rows: owners.map(([owner, held]) => ({ key: owner, cells: [owner, bytes(held)] })),
        numbersFrom: 1,
      }}
    >
      <MemoryPlot log={log} budget={memory.budget} />
    </ChartFrame>
  )
}
