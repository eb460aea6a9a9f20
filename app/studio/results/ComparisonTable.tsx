// The teacher and its students, always on screen: measured numbers, and estimates while settings move.
import { useMemo } from 'react'
import { createComparison } from '../store/comparison.ts'
import { useStudio } from '../store/context.ts'
import { words } from '../words.ts'
import styles from './ComparisonTable.module.css'
import { COLUMNS } from './columns.ts'
import { FigureCell } from './FigureCell.tsx'
import { RowHead } from './RowHead.tsx'
import { TableNotes } from './TableNotes.tsx'

export function ComparisonTable() {
  const rows = useStudio(useMemo(createComparison, []))
  const { table } = words
  const [teacher] = rows
  return (
    <section className={styles.box} id="comparison" aria-labelledby="comparison-title">
      <h2 className={styles.title} id="comparison-title">
        {table.name}
      </h2>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by keyboard */}
      <section className={styles.scroll} aria-label={table.name} tabIndex={0}>
        <table className={styles.table} aria-label={table.name}>
          <thead>
            <tr>
              <th scope="col">{table.model}</th>
              {COLUMNS.map(({ key, head, unit }) => (
                <th key={key} scope="col">
                  {head}
                  {unit && <span className={styles.unit}>{unit}</span>}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.key} data-running={row.isRunning} data-slot={row.slot}>
                <RowHead row={row} />
                {COLUMNS.map(({ key, figure }) => (
                  <FigureCell key={key} figure={figure(row, teacher)} />
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      <TableNotes teacher={teacher?.measured} />
    </section>
  )
}
