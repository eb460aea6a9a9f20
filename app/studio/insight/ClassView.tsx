// Accuracy by class, teacher and student, the classes that lost most first: bars in a table, so that the numbers stand beside them.
import { useState } from 'react'
import type { RowKey } from '../../engine/protocol.ts'
import { Button } from '../ui/Button.tsx'
import { exact } from '../ui/format.ts'
import { words } from '../words.ts'
import { ClassRow } from './ClassRow.tsx'
import styles from './ClassView.module.css'
import { byChange, changeOf } from './difference-list.ts'
import { StaleNote } from './StaleNote.tsx'
import { useDifferences } from './use-differences.ts'
import view from './View.module.css'

const STEP = 20

export function ClassView({ student }: { readonly student: RowKey | undefined }) {
  const { found, isStale } = useDifferences(student)
  const [limit, setLimit] = useState(STEP)
  const { classes: terms, ...insight } = words.insight
  if (!student) return <p className={view.note}>{insight.noStudent}</p>
  if (!found) return <p className={view.note}>{insight.comparing}</p>
  if (found.classes.length === 0) return <p className={view.note}>{terms.unlabelled}</p>
  const classes = byChange(found.classes)
  const changes = classes.map(changeOf)
  const better = changes.filter((change) => change > 0).length
  const worse = changes.filter((change) => change < 0).length
  const most = changes.reduce((largest, change) => Math.max(largest, Math.abs(change)), 0)
  const left = Math.min(STEP, classes.length - limit)
  return (
    <div className={`${view.view} ${styles.start}`}>
      <p className={view.summary}>
        {terms.summary(exact(better), exact(worse), exact(classes.length - better - worse))}
      </p>
      {isStale && <StaleNote />}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by keyboard */}
      <section className={styles.scroll} aria-label={terms.table} tabIndex={0}>
        <table className={styles.table} aria-label={terms.table}>
          <thead>
            <tr>
              <th scope="col">{terms.label}</th>
              <th scope="col">{terms.change}</th>
              <th scope="col" className={styles.number}>
                {terms.teacher}
              </th>
              <th scope="col" className={styles.number}>
                {terms.student}
              </th>
              <th scope="col" className={styles.number}>
                {terms.rows}
              </th>
            </tr>
          </thead>
          <tbody>
            {classes.slice(0, limit).map((each) => (
              <ClassRow key={each.label} of={each} most={most} />
            ))}
          </tbody>
        </table>
      </section>
      {left > 0 && <Button onClick={() => setLimit(limit + STEP)}>{terms.more(exact(left))}</Button>}
    </div>
  )
}
