// A dot of a trade-off chart: its shape tells the stage, filled means that it is in the table now.
import styles from './DotMark.module.css'
import type { TradeOffDot } from './trade-off-dots.ts'

interface DotMarkProps {
  readonly x: number
  readonly y: number
  readonly dot: TradeOffDot
  readonly onPick: (id: number) => void
}

/** Outlines around the origin, about 12 units across. */
const SHAPES: Readonly<Record<TradeOffDot['stage'], string>> = {
  teacher: 'M0,-7 L2,-2.2 L7,-2.2 L3,1.2 L4.4,6 L0,3.1 L-4.4,6 L-3,1.2 L-7,-2.2 L-2,-2.2 Z',
  distill: 'M0,-6 L6,5 L-6,5 Z',
  prune: 'M0,-6.5 L6.5,0 L0,6.5 L-6.5,0 Z',
  quantize: 'M-5,-5 H5 V5 H-5 Z',
}

export function DotMark({ x, y, dot, onPick }: DotMarkProps) {
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: for the mouse alone; the keyboard has the table below the chart
    <g
      transform={`translate(${x} ${y})`}
      className={dot.isRestorable ? styles.pickable : undefined}
      onClick={() => onPick(dot.id)}
    >
      <circle r={12} className={styles.target} />
      <DotShape stage={dot.stage} isFilled={dot.isCurrent} />
    </g>
  )
}

export function DotShape({
  stage,
  isFilled,
}: {
  readonly stage: TradeOffDot['stage']
  readonly isFilled: boolean
}) {
  return <path d={SHAPES[stage]} className={styles.shape} data-filled={isFilled} data-stage={stage} />
}
