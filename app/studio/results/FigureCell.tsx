// One figure: grey and marked while stale, with its change against the teacher below.
import { words } from '../words.ts'
import type { Figure } from './columns.ts'
import styles from './FigureCell.module.css'

export function FigureCell({ figure }: { readonly figure: Figure }) {
  const { text, details = [], title, isStale, isEstimate = false, level } = figure
  return (
    <td className={styles.cell} title={title} data-stale={isStale}>
      <span className={styles.value}>
        {isStale && text && (
          <span className={styles.mark} aria-hidden="true">
            {isEstimate ? '≈' : '↻'}
          </span>
        )}
        {text ?? words.table.none}
      </span>
      {isStale && (
        <span className="readers-only">
          {' '}
          {words.table.stale}
          {isEstimate && `, ${words.table.estimated}`}
        </span>
      )}
      {details.map((detail) => (
        <span className={styles.detail} key={detail}>
          {' '}
          {detail}
        </span>
      ))}
      {level !== undefined && (
        <span className={styles.level} aria-hidden="true">
          <span className={styles.fill} style={{ width: `${level * 100}%` }} />
        </span>
      )}
    </td>
  )
}
