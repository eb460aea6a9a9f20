// What a dot says when pointed at: which result it is, its two values, and the settings that made it.
import { percent } from '../ui/format.ts'
import styles from './DotTooltip.module.css'
import { type Axis, showX, type TradeOffDot } from './trade-off-dots.ts'

interface DotTooltipProps {
  readonly axis: Axis
  /** Given by the chart. */
  readonly payload?: readonly { readonly payload?: TradeOffDot }[]
}

export function DotTooltip({ axis, payload = [] }: DotTooltipProps) {
  const dot = payload[0]?.payload
  if (!dot) return null
  return (
    <div className={styles.box}>
      <strong>{dot.name}</strong>
      <span>
        {showX[axis](dot.x)}, {percent(dot.y)}
      </span>
      <span className={styles.made}>{dot.made}</span>
    </div>
  )
}
