// One trade-off chart: a sentence, the dots, and the table behind them.
import { lazy, Suspense } from 'react'
import { Disclosure } from '../ui/Disclosure.tsx'
import { words } from '../words.ts'
import { ResultsTable } from './ResultsTable.tsx'
import styles from './TradeOffChart.module.css'
import { type Axis, summaryOf, type TradeOffDot } from './trade-off-dots.ts'

const TradeOffPlot = lazy(() => import('./TradeOffPlot.tsx'))

interface TradeOffChartProps {
  readonly axis: Axis
  readonly title: string
  /** What the horizontal axis was measured at. */
  readonly note?: string
  readonly dots: readonly TradeOffDot[]
  readonly onRestore: (id: number) => void
}

export function TradeOffChart({ axis, title, note, dots, onRestore }: TradeOffChartProps) {
  const summary = summaryOf(dots, axis)
  const { tradeOff, charts } = words
  return (
    <section aria-label={title} className={styles.chart}>
      <h3 className={styles.title}>{title}</h3>
      <p className={styles.summary}>
        {summary} {note}
      </p>
      <div className={styles.plot} role="img" aria-label={`${title}: ${summary}`}>
        <Suspense fallback={<p className={styles.summary}>{charts.loading}</p>}>
          <TradeOffPlot axis={axis} dots={dots} onPick={onRestore} />
        </Suspense>
      </div>
      <Disclosure title={tradeOff.table(title)}>
        <ResultsTable axis={axis} label={tradeOff.table(title)} dots={dots} onRestore={onRestore} />
      </Disclosure>
    </section>
  )
}
