// Stacked bars of bytes by part (recharts, in a chunk of its own).
import { Bar, BarChart, CartesianGrid, Legend, ResponsiveContainer, Tooltip, XAxis, YAxis } from 'recharts'
import type { WeightGroup } from '../../engine/protocol.ts'
import { megabytes } from '../ui/format.ts'
import { words } from '../words.ts'
import { AXIS, TOOLTIP } from './plot-style.ts'

export interface BytesBar extends Readonly<Record<WeightGroup, number>> {
  readonly key: string
  readonly name: string
  readonly total: number
}

const FILLS: Readonly<Record<WeightGroup, string>> = {
  embeddings: 'var(--line-strong)',
  attention: 'var(--accent)',
  'feed-forward': 'var(--second)',
  head: 'var(--warn)',
}

export default function BytesPlot({ bars }: { readonly bars: readonly BytesBar[] }) {
  return (
    <ResponsiveContainer width="100%" height="100%" initialDimension={{ width: 600, height: 220 }}>
      <BarChart data={bars} layout="vertical" margin={{ top: 0, right: 12, bottom: 0, left: 0 }}>
        <CartesianGrid stroke="var(--line)" horizontal={false} />
        <XAxis {...AXIS} type="number" tickFormatter={megabytes} />
        <YAxis {...AXIS} type="category" dataKey="name" width={72} />
        <Tooltip
          isAnimationActive={false}
          contentStyle={TOOLTIP}
          cursor={{ fill: 'var(--sunken)' }}
          formatter={(value, name) => [megabytes(Number(value)), name]}
        />
        <Legend iconType="square" wrapperStyle={{ fontSize: 12 }} />
        {(Object.entries(words.bytesChart.groups) as [WeightGroup, string][]).map(([group, name]) => (
          <Bar
            key={group}
            dataKey={group}
            name={name}
            stackId="bytes"
            fill={FILLS[group]}
            stroke="var(--surface)"
            isAnimationActive={false}
          />
        ))}
      </BarChart>
    </ResponsiveContainer>
  )
}
