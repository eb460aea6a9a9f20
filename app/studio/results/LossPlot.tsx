// The curve itself (recharts, in a chunk of its own): loss at the left axis, raw thin and faint under its moving average, validation at the right.
import { CartesianGrid, Line, LineChart, ResponsiveContainer, Tooltip, XAxis, YAxis } from 'recharts'
import type { LossPoint } from '../../engine/protocol.ts'
import { compact, decimals, exact, percent } from '../ui/format.ts'
import { words } from '../words.ts'
import styles from './LossPlot.module.css'
import { AXIS, TOOLTIP } from './plot-style.ts'

/** A loss with the moving average up to it. */
export interface SmoothPoint extends LossPoint {
  readonly smooth: number
}

interface LossPlotProps {
  readonly points: readonly SmoothPoint[]
}

export default function LossPlot({ points }: LossPlotProps) {
  const { loss } = words
  const low = lowestTenth(points)
  const hasValidation = points.some(({ validation }) => validation !== undefined)
  return (
    <div className={styles.frame}>
      <ul className={styles.legend} aria-hidden="true">
        <li className={styles.smooth}>{loss.smoothed}</li>
        <li className={styles.raw}>{loss.loss}</li>
        {hasValidation && <li className={styles.validation}>{loss.validation}</li>}
      </ul>
      <ResponsiveContainer width="100%" height="100%" initialDimension={{ width: 600, height: 190 }}>
        <LineChart data={points} margin={{ top: 4, right: 4, bottom: 0, left: 0 }}>
          <CartesianGrid stroke="var(--line)" vertical={false} />
          <XAxis
            {...AXIS}
            dataKey="step"
            type="number"
            domain={['dataMin', 'dataMax']}
            tickFormatter={exact}
          />
          <YAxis {...AXIS} yAxisId="loss" width={44} tickFormatter={compactLoss} />
          {hasValidation && (
            <YAxis
              {...AXIS}
              yAxisId="validation"
              orientation="right"
              width={44}
              domain={[low, 1]}
              ticks={[low, (low + 1) / 2, 1]}
              tickFormatter={(share: number) => percent(share, 0)}
            />
          )}
          <Tooltip
            isAnimationActive={false}
            contentStyle={TOOLTIP}
            labelFormatter={(step) => `${loss.step} ${exact(Number(step))}`}
            formatter={(value, name) => [
              name === loss.validation ? percent(Number(value)) : decimals(Number(value), 4),
              name,
            ]}
          />
          <Line
            yAxisId="loss"
            dataKey="loss"
            name={loss.loss}
            stroke="var(--accent)"
            strokeWidth={1}
            strokeOpacity={0.35}
            dot={false}
            isAnimationActive={false}
          />
          <Line
            yAxisId="loss"
            dataKey="smooth"
            name={loss.smoothed}
            stroke="var(--accent)"
            strokeWidth={2}
            dot={false}
            isAnimationActive={false}
          />
          {hasValidation && (
            <Line
              yAxisId="validation"
              dataKey="validation"
              name={loss.validation}
              stroke="var(--second)"
              strokeWidth={1.5}
              strokeDasharray="5 3"
              dot={{ r: 3, fill: 'var(--second)', strokeDasharray: '0' }}
              connectNulls
              isAnimationActive={false}
            />
          )}
        </LineChart>
      </ResponsiveContainer>
    </div>
  )
}

const compactLoss = (value: number) => (value >= 1000 ? compact(value) : exact(Number(value.toPrecision(3))))

/** The tenth below the lowest validation: where its axis starts. */
function lowestTenth(points: readonly LossPoint[]): number {
  const lowest = points.reduce((least, { validation = 1 }) => Math.min(least, validation), 0.95)
  return Math.floor(lowest * 10) / 10
}
