// Rows of each class: name, a bar and the counts it shows, training and test apart.
import type { ClassCount } from '../../engine/protocol.ts'
import { exact } from '../ui/format.ts'
import { words } from '../words.ts'
import styles from './ClassTable.module.css'

interface ClassTableProps {
  readonly classes: readonly ClassCount[]
  /** Rows that a bar of the whole width stands for. */
  readonly most: number
}

export function ClassTable({ classes, most }: ClassTableProps) {
  const text = words.data
  const share = (rows: number) => `${(100 * rows) / most}%`
  return (
    <table className={styles.table} aria-label={text.balance}>
      <thead>
        <tr>
          <th scope="col">{text.classHead}</th>
          <td />
          <th scope="col" className={styles.train}>
            {text.roles.train}
          </th>
          <th scope="col" className={styles.test}>
            {text.roles.test}
          </th>
        </tr>
      </thead>
      <tbody>
        {classes.map(({ label, train, test }) => (
          <tr key={label}>
            <th scope="row">{label}</th>
            <td className={styles.bars}>
              <svg className={styles.bar} aria-hidden="true">
                <rect className={styles.trainBar} width={share(train)} height="8" />
                <rect className={styles.testBar} x={share(train)} width={share(test)} height="8" />
              </svg>
            </td>
            <td className={styles.number}>{exact(train)}</td>
            <td className={styles.number}>{exact(test)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
