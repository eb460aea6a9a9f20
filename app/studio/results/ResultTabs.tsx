// The charts below the table, one tab each; only the open one is drawn.
import { Tabs } from '@base-ui/react/tabs'
import { type ComponentType, lazy, Suspense } from 'react'
import { words } from '../words.ts'
import { BytesChart } from './BytesChart.tsx'
import { ImportanceMap } from './ImportanceMap.tsx'
import { LatencyChart } from './LatencyChart.tsx'
import { LossChart } from './LossChart.tsx'
import { MemoryChart } from './MemoryChart.tsx'
import styles from './ResultTabs.module.css'
import { TradeOff } from './TradeOff.tsx'

const CostTab = lazy(() => import('../cost/CostTab.tsx'))

interface ResultTab {
  readonly id: string
  readonly label: string
  readonly component: ComponentType
}

const TABS: readonly ResultTab[] = [
  { id: 'trade-off', label: words.tradeOff.title, component: TradeOff },
  { id: 'latency', label: words.latencyChart.title, component: LatencyChart },
  { id: 'loss', label: words.loss.title, component: LossChart },
  { id: 'importance', label: words.importance.title, component: ImportanceMap },
  { id: 'bytes', label: words.bytesChart.title, component: BytesChart },
  { id: 'memory', label: words.memoryChart.title, component: MemoryChart },
  { id: 'cost', label: words.costs.title, component: CostTab },
]

export function ResultTabs() {
  return (
    <Tabs.Root className={styles.box} defaultValue="trade-off">
      <Tabs.List className={styles.list} aria-label={words.resultTabs}>
        {TABS.map(({ id, label }) => (
          <Tabs.Tab key={id} value={id} className={styles.tab}>
            {label}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      {TABS.map(({ id, component: Content }) => (
        <Tabs.Panel key={id} value={id} className={styles.panel}>
          <Suspense fallback={<p>{words.charts.loading}</p>}>
            <Content />
          </Suspense>
        </Tabs.Panel>
      ))}
    </Tabs.Root>
  )
}
