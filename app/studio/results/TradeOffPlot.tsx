// Dots and frontier of one trade-off chart (recharts, in a chunk of its own).
import {
  CartesianGrid,
  ReferenceLine,
  ResponsiveContainer,
  Scatter,
  ScatterChart,
  Tooltip,
  XAxis,
  YAxis,
} from 'recharts'
import { exact, percent } from '../ui/format.ts'
import { words } from '../words.ts'
import { DotMark, DotShape } from './DotMark.tsx'
import { DotTooltip } from './DotTooltip.tsx'
import { frontier } from './frontier.ts'
import { AXIS } from './plot-style.ts'
import { LEAVE_MS, NOTICED_MS } from './sources.ts'
import styles from './TradeOffPlot.module.css'
import type { Axis, TradeOffDot } from './trade-off-dots.ts'

interface TradeOffPlotProps {
  readonly axis: Axis
  readonly dots: readonly TradeOffDot[]
  readonly onPick: (id: number) => void
}

const STAGES: readonly TradeOffDot['stage'][] = ['teacher', 'distill', 'prune', 'quantize']

export default function TradeOffPlot({ axis, dots, onPick }: TradeOffPlotProps) {
  const [low, high] = xDomain(axis, dots)
  const best = frontier(dots)
  const last = best.at(-1)
  const line = last ? [...best, { x: high, y: last.y }] : []
  return (
    <div className={styles.frame}>
      <Legend dots={dots} />
      <ResponsiveContainer width="100%" height="100%" initialDimension={{ width: 400, height: 210 }}>
        <ScatterChart accessibilityLayer={false} margin={{ top: 14, right: 12, bottom: 0, left: 0 }}>
          <CartesianGrid stroke="var(--line)" />
          <XAxis
            {...AXIS}
            dataKey="x"
            type="number"
            domain={[low, high]}
            {...(axis === 'latency' ? { scale: 'log' } : {})}
            ticks={axis === 'latency' ? powersOfTen(low, high) : roundSteps(high)}
            tickFormatter={axis === 'size' ? shortMegabytes : shortMilliseconds}
          />
          <YAxis
            {...AXIS}
            dataKey="y"
            type="number"
            width={44}
            domain={yDomain(dots)}
            tickFormatter={(share: number) => percent(share, 0)}
          />
          {axis === 'latency' && waitMark(NOTICED_MS, words.tradeOff.noticed)}
          {axis === 'latency' && waitMark(LEAVE_MS, words.tradeOff.leave)}
          <Tooltip cursor={false} isAnimationActive={false} content={<DotTooltip axis={axis} />} />
          <Scatter
            data={line}
            shape={() => <g />}
            line={{ stroke: 'var(--second)', strokeWidth: 1.5, strokeDasharray: '5 3' }}
            lineJointType="stepAfter"
            tooltipType="none"
            isAnimationActive={false}
          />
          <Scatter
            data={currentLast(dots)}
            isAnimationActive={false}
            shape={({ cx, cy, payload }: { cx?: number; cy?: number; payload?: TradeOffDot }) =>
              payload ? <DotMark x={cx ?? 0} y={cy ?? 0} dot={payload} onPick={onPick} /> : <g />
            }
          />
        </ScatterChart>
      </ResponsiveContainer>
    </div>
  )
}

/** A line at a wait that people react to; its words run along it. */
function waitMark(ms: number, label: string) {
  return (
    <ReferenceLine
      x={ms}
      stroke="var(--warn)"
      strokeDasharray="2 3"
      label={{
        value: label,
        position: 'insideTopRight',
        angle: -90,
        dx: -8,
        fill: 'var(--warn)',
        fontSize: 11,
      }}
    />
  )
}

function Legend({ dots }: { readonly dots: readonly TradeOffDot[] }) {
  const { tradeOff } = words
  const present = STAGES.filter((stage) => dots.some((dot) => dot.stage === stage))
  return (
    <ul className={styles.legend} aria-hidden="true">
      {present.map((stage) => (
        <li key={stage}>
          <svg className={styles.key} viewBox="-8 -8 16 16" aria-hidden="true">
            <DotShape stage={stage} isFilled />
          </svg>
          {words.stage(stage)}
        </li>
      ))}
      <li>{tradeOff.current}</li>
      <li className={styles.frontier}>{tradeOff.frontier}</li>
    </ul>
  )
}

/** Drawn last, the rows of the table lie above what was measured before. */
function currentLast(dots: readonly TradeOffDot[]): readonly TradeOffDot[] {
  return [...dots].sort((a, b) => Number(a.isCurrent) - Number(b.isCurrent))
}

/** Size from zero; latency by decades, so that 5 ms and the half second at which people leave both have room. */
function xDomain(axis: Axis, dots: readonly TradeOffDot[]): readonly [number, number] {
  const most = Math.max(...dots.map(({ x }) => x))
  if (axis === 'size') return [0, roundSteps(most * 1.02).at(-1) ?? most]
  return [Math.min(NOTICED_MS / 2, ...dots.map(({ x }) => x)) / 1.5, Math.max(LEAVE_MS, most) * 1.5]
}

/** Twentieths around the dots. */
function yDomain(dots: readonly TradeOffDot[]): [number, number] {
  const values = dots.map(({ y }) => y)
  const low = Math.floor((Math.min(...values) - 0.01) * 20) / 20
  const high = Math.ceil((Math.max(...values) + 0.01) * 20) / 20
  return [Math.max(0, low), Math.min(1, high)]
}

/** Zero and up to five equal steps of 1, 2, 2.5 or 5 times a power of ten, the last at or above `most`. */
function roundSteps(most: number): number[] {
  const power = 10 ** Math.floor(Math.log10(most / 5))
  const step = power * ([1, 2, 2.5, 5].find((digits) => power * digits * 5 >= most) ?? 10)
  return Array.from({ length: Math.ceil(most / step) + 1 }, (_, i) => i * step)
}

function powersOfTen(low: number, high: number): number[] {
  const first = Math.ceil(Math.log10(low))
  return Array.from({ length: Math.floor(Math.log10(high)) - first + 1 }, (_, i) => 10 ** (first + i))
}

const shortMegabytes = (bytes: number) => `${exact(Number((bytes / 1e6).toPrecision(2)))} MB`
const shortMilliseconds = (ms: number) => `${exact(ms)} ms`
