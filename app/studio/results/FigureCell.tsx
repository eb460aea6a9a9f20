// One figure, a button that opens its source: grey and marked while stale, starred if the best of its column.
import { memo } from 'react'
import { words } from '../words.ts'
import type { Figure } from './columns.ts'
import styles from './FigureCell.module.css'

interface FigureCellProps {
  readonly figure: Figure
  readonly isBest: boolean
  readonly isOpen: boolean
  /** Place in the table's keyboard grid; the table hears of presses. */
  readonly place: { readonly 'data-cell': string; readonly tabIndex: number }
}

/** Drawn again only when it shows something else: most of the table stands still while a slider moves. */
export const FigureCell = memo(Cell, (before, after) => JSON.stringify(before) === JSON.stringify(after))

function Cell({ figure, isBest, isOpen, place }: FigureCellProps) {
  const { text, details = [], title, isStale, isEstimate = false, level } = figure
  const { table } = words
  const stale = isEstimate ? `${table.stale}, ${table.estimated}` : table.stale
  const mark = isStale ? stale : isBest ? table.best : undefined
  const state = text === undefined ? undefined : mark
  return (
    <td className={styles.cell} title={title} data-stale={isStale}>
      <button
        type="button"
        className={styles.figure}
        aria-haspopup="dialog"
        aria-expanded={isOpen}
        {...place}
      >
        <span className={styles.value}>
          {isStale && text && (
            <span className={styles.mark} aria-hidden="true">
              {isEstimate ? '≈' : '↻'}
            </span>
          )}
          {text ?? table.none}
          {isBest && (
            <span className={styles.best} aria-hidden="true">
              ★
            </span>
          )}
        </span>
        {state && <span className="readers-only"> {state}</span>}
        {details.map((detail) => (
          <span className={styles.detail} key={detail}>
            {' '}
            {detail}
          </span>
        ))}
        {level !== undefined && (
          <span className={styles.level} aria-hidden="true">
            <span className={styles.fill} style={{ transform: `scaleX(${level})` }} />
          </span>
        )}
      </button>
    </td>
  )
}
