// Every result kept, as dots of size and of latency against accuracy; a dot brings its settings back.
import { useMemo, useState } from 'react'
import { useIntents, useStudio } from '../store/context.ts'
import { createDrawnResults } from '../store/history.ts'
import { words } from '../words.ts'
import styles from './TradeOff.module.css'
import { TradeOffChart } from './TradeOffChart.tsx'
import { dotsOf } from './trade-off-dots.ts'

export function TradeOff() {
  const results = useStudio(useMemo(createDrawnResults, []))
  const catalog = useStudio((state) => state.catalog)
  const { restoreResult } = useIntents()
  const [news, setNews] = useState<string>()
  const { tradeOff } = words
  const charts = useMemo(
    () => ({ size: dotsOf(results, 'size', { catalog }), latency: dotsOf(results, 'latency', { catalog }) }),
    [results, catalog],
  )
  const [first] = results
  if (!first) return <p className={styles.empty}>{tradeOff.empty}</p>
  const restore = (id: number) => {
    const dot = charts.size.find((known) => known.id === id)
    if (!dot?.isRestorable) return
    restoreResult(id)
    setNews(tradeOff.restored(dot.name))
  }
  const { batch, tokens } = first.row.latency_ms
  return (
    <>
      <div className={styles.charts}>
        <TradeOffChart axis="size" title={tradeOff.sizeChart} dots={charts.size} onRestore={restore} />
        <TradeOffChart
          axis="latency"
          title={tradeOff.latencyChart}
          note={tradeOff.at(batch, tokens)}
          dots={charts.latency}
          onRestore={restore}
        />
      </div>
      <p className={styles.help}>
        {first.row.accuracy === undefined && `${tradeOff.agreementNote} `}
        {tradeOff.help}
      </p>
      <p className={styles.news} role="status">
        {news}
      </p>
    </>
  )
}
