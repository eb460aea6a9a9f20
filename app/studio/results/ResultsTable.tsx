// The table behind a trade-off chart: newest first, each name a button that restores its settings.
import { Button } from '../ui/Button.tsx'
import { percent } from '../ui/format.ts'
import plain from '../ui/PlainTable.module.css'
import { words } from '../words.ts'
import styles from './ResultsTable.module.css'
import { type Axis, showX, type TradeOffDot } from './trade-off-dots.ts'

interface ResultsTableProps {
  readonly axis: Axis
  readonly label: string
  readonly dots: readonly TradeOffDot[]
  readonly onRestore: (id: number) => void
}

export function ResultsTable({ axis, label, dots, onRestore }: ResultsTableProps) {
  const { tradeOff, table } = words
  const head = [
    tradeOff.model,
    tradeOff[axis],
    tradeOff.accuracy,
    tradeOff.made,
    tradeOff.onFrontier,
    tradeOff.now,
  ]
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by keyboard
    <section className={plain.scroll} aria-label={label} tabIndex={0}>
      <table className={plain.table} aria-label={label}>
        <thead>
          <tr>
            {head.map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {dots.toReversed().map((dot) => (
            <tr key={dot.id}>
              <th scope="row">
                {dot.isRestorable ? (
                  <Button
                    look="quiet"
                    className={styles.restore}
                    aria-label={tradeOff.restoreOf(dot.name, dot.made)}
                    onClick={() => onRestore(dot.id)}
                  >
                    {dot.name}
                  </Button>
                ) : (
                  dot.name
                )}
              </th>
              <td className={plain.number}>{showX[axis](dot.x)}</td>
              <td className={plain.number}>{percent(dot.y)}</td>
              <td className={styles.made}>{dot.made}</td>
              <td>{dot.isOnFrontier ? tradeOff.yes : table.none}</td>
              <td>{dot.isCurrent ? tradeOff.yes : table.none}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}
