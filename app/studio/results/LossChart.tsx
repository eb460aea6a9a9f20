// The loss of the stage that trained last: the curve, loaded when there is one, and the numbers behind it.
import { lazy } from 'react'
import { useStudio } from '../store/context.ts'
import { decimals, exact, percent } from '../ui/format.ts'
import { words } from '../words.ts'
import { ChartFrame } from './ChartFrame.tsx'
import styles from './LossChart.module.css'

const LossPlot = lazy(() => import('./LossPlot.tsx'))

/** Rows of the table behind the curve: every n-th point. */
const TABLE_ROWS = 50

export function LossChart() {
  const points = useStudio((state) => (state.lossStage ? state.losses[state.lossStage] : undefined))
  const { loss } = words
  const first = points?.[0]
  const last = points?.at(-1)
  return (
    <section className={styles.box} aria-labelledby="loss-title">
      <h2 className={styles.title} id="loss-title">
        {loss.title}
      </h2>
      {points && first && last ? (
        <ChartFrame
          summary={loss.summary(
            words.stage(last.stage),
            exact(last.step),
            decimals(first.loss),
            decimals(last.loss),
          )}
          table={{
            label: loss.table,
            head: [loss.step, loss.loss, loss.validation],
            rows: points
              .filter(
                (point, i) =>
                  point.validation !== undefined || i % Math.ceil(points.length / TABLE_ROWS) === 0,
              )
              .map(({ step, loss: value, validation }) => ({
                key: String(step),
                cells: [
                  exact(step),
                  decimals(value, 4),
                  validation === undefined ? words.table.none : percent(validation),
                ],
              })),
            numbersFrom: 0,
          }}
        >
          <LossPlot points={points} />
        </ChartFrame>
      ) : (
        <p className={styles.nothing}>{loss.empty}</p>
      )}
    </section>
  )
}
