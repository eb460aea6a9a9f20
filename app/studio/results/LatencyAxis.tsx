// The axis below the latency strips: powers of ten, and the two waits that people react to.
import { exact } from '../ui/format.ts'
import { words } from '../words.ts'
import styles from './LatencyAxis.module.css'
import type { LatencyScale } from './latency-scale.ts'
import { across } from './SampleDots.tsx'
import { LEAVE_MS, NOTICED_MS } from './sources.ts'

export function LatencyAxis({ scale }: { readonly scale: LatencyScale }) {
  const tick = (ms: number, className: string | undefined) => (
    <text key={ms} className={className} x={across(scale.place(ms))} y={11}>
      {exact(ms)}
    </text>
  )
  return (
    <div aria-hidden="true">
      <svg className={styles.axis} height={16} aria-hidden="true">
        {scale.ticks.map((ms) => tick(ms, styles.tick))}
        {[NOTICED_MS, LEAVE_MS].map((ms) => tick(ms, styles.mark))}
      </svg>
      <p className={styles.legend}>{words.latencyChart.legend}</p>
    </div>
  )
}
