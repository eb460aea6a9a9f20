// Bytes held over time (recharts, in a chunk of its own); the budget is a line once it is near.
import {
  Area,
  AreaChart,
  CartesianGrid,
  ReferenceLine,
  ResponsiveContainer,
  Tooltip,
  XAxis,
  YAxis,
} from 'recharts'
import type { StudioState } from '../store/state.ts'
import { bytes, exact } from '../ui/format.ts'
import { words } from '../words.ts'
import { AXIS, TOOLTIP } from './plot-style.ts'

interface MemoryPlotProps {
  readonly log: StudioState['memoryLog']
  readonly budget: number
}

/** A budget many times what is held would press the curve flat. */
const NEAR = 4

export default function MemoryPlot({ log, budget }: MemoryPlotProps) {
  const { memoryChart } = words
  const first = log[0]?.seconds ?? 0
  const points = log.map(({ seconds, now }) => ({ seconds: Math.round(seconds - first), now }))
  const most = Math.max(...points.map(({ now }) => now))
  const isNear = budget < NEAR * most
  return (
    <ResponsiveContainer width="100%" height="100%" initialDimension={{ width: 600, height: 220 }}>
      <AreaChart data={points} margin={{ top: 8, right: 12, bottom: 0, left: 0 }}>
        <CartesianGrid stroke="var(--line)" vertical={false} />
        <XAxis
          {...AXIS}
          dataKey="seconds"
          type="number"
          domain={['dataMin', 'dataMax']}
          tickFormatter={exact}
          unit=" s"
        />
        <YAxis {...AXIS} width={64} domain={[0, isNear ? budget : 'auto']} tickFormatter={bytes} />
        <Tooltip
          isAnimationActive={false}
          contentStyle={TOOLTIP}
          labelFormatter={(seconds) => `${memoryChart.seconds} ${exact(Number(seconds))}`}
          formatter={(value) => [bytes(Number(value)), memoryChart.held]}
        />
        {isNear && (
          <ReferenceLine y={budget} stroke="var(--bad)" strokeDasharray="5 3" label={words.gpu.budget} />
        )}
        <Area
          dataKey="now"
          name={memoryChart.held}
          stroke="var(--accent)"
          fill="var(--accent-soft)"
          isAnimationActive={false}
        />
      </AreaChart>
    </ResponsiveContainer>
  )
}
