// One class: its accuracy before and after, and a bar to the left for a loss, to the right for a gain.
import type { ClassChange } from '../../engine/protocol.ts'
import { exact, percent, points } from '../ui/format.ts'
import { words } from '../words.ts'
import styles from './ClassRow.module.css'
import { changeOf } from './difference-list.ts'

interface ClassRowProps {
  readonly of: ClassChange
  /** The largest change of all classes, 0–1: the length of a full bar. */
  readonly most: number
}

/** Half of the drawing: bars start in its middle. */
const HALF = 50

export function ClassRow({ of, most }: ClassRowProps) {
  const { label, n, teacherRight, studentRight } = of
  const change = changeOf(of)
  const length = most === 0 ? 0 : (Math.abs(change) / most) * HALF
  return (
    <tr className={styles.row}>
      <th scope="row">{label}</th>
      <td>
        <span className={styles.change}>
          <svg
            className={styles.bar}
            viewBox={`0 0 ${2 * HALF} 10`}
            preserveAspectRatio="none"
            aria-hidden="true"
          >
            <rect
              className={change < 0 ? styles.loss : styles.gain}
              x={change < 0 ? HALF - length : HALF}
              width={length}
              y="1"
              height="8"
            />
            <line className={styles.zero} x1={HALF} x2={HALF} y1="0" y2="10" />
          </svg>
          <span className={styles.words} title={points(change)}>
            {inWords(studentRight - teacherRight)}
          </span>
        </span>
      </td>
      <td className={styles.number}>{percent(teacherRight / n)}</td>
      <td className={styles.number}>{percent(studentRight / n)}</td>
      <td className={styles.number}>{exact(n)}</td>
    </tr>
  )
}

function inWords(rows: number): string {
  const { classes } = words.insight
  if (rows === 0) return classes.same
  return rows < 0 ? classes.fewer(exact(-rows)) : classes.moreRight(exact(rows))
}
