// The loss of the stage that trained last, raw and smoothed: the curve, loaded when there is one, and the numbers behind it.
import { lazy, useMemo, useState } from 'react'
import type { LossPoint } from '../../engine/protocol.ts'
import { useStudio } from '../store/context.ts'
import { smoothLosses, thinCurve } from '../store/loss-curve.ts'
import { decimals, exact, percent } from '../ui/format.ts'
import { SliderControl } from '../ui/SliderControl.tsx'
import { words } from '../words.ts'
import { ChartFrame } from './ChartFrame.tsx'
import styles from './LossChart.module.css'
import type { SmoothPoint } from './LossPlot.tsx'

const LossPlot = lazy(() => import('./LossPlot.tsx'))

/** A curve is drawn on a few hundred pixels; more points only slow it down. */
const DRAWN_POINTS = 500
/** Rows of the table behind the curve: every n-th point, and all that were validated. */
const TABLE_ROWS = 50

const { loss } = words
const SMOOTHING = {
  kind: 'number',
  key: 'smoothing',
  label: loss.smoothing,
  help: loss.smoothingHelp,
  default: 0.6,
  min: 0,
  max: 0.99,
  step: 0.01,
} as const

export function LossChart() {
  const points = useStudio((state) => (state.lossStage ? state.losses[state.lossStage] : undefined))
  const [weight, setWeight] = useState<number>(SMOOTHING.default)
  const curve = useMemo(() => smoothCurve(points ?? [], weight), [points, weight])
  const first = curve[0]
  const last = curve.at(-1)
  if (!first || !last) return <p className={styles.nothing}>{loss.empty}</p>
  return (
    <>
      <div className={styles.smoothing}>
        <SliderControl
          definition={SMOOTHING}
          value={weight}
          label={SMOOTHING.label}
          onChange={setWeight}
          onCommit={setWeight}
        />
      </div>
      <ChartFrame
        summary={loss.summary(
          words.stage(last.stage),
          exact(last.step),
          decimals(first.smooth),
          decimals(last.smooth),
        )}
        table={{
          label: loss.table,
          head: [loss.step, loss.loss, loss.smoothed, loss.validation],
          rows: tableRows(curve),
          numbersFrom: 0,
        }}
      >
        <LossPlot points={thinCurve(curve, DRAWN_POINTS)} />
      </ChartFrame>
    </>
  )
}

function smoothCurve(points: readonly LossPoint[], weight: number): readonly SmoothPoint[] {
  const smooth = smoothLosses(points, weight)
  return points.map((point, i) => ({ ...point, smooth: smooth[i] ?? point.loss }))
}

function tableRows(curve: readonly SmoothPoint[]) {
  const every = Math.ceil(curve.length / TABLE_ROWS)
  return curve
    .filter(({ validation }, i) => validation !== undefined || i % every === 0)
    .map(({ step, loss: raw, smooth, validation }) => ({
      key: String(step),
      cells: [
        exact(step),
        decimals(raw, 4),
        decimals(smooth, 4),
        validation === undefined ? words.table.none : percent(validation),
      ],
    }))
}
