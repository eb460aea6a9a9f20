// The teacher and its students, always on screen: measured numbers, and estimates while settings move.
import { lazy, type MouseEvent, Suspense, useMemo, useState } from 'react'
import { createComparison } from '../store/comparison.ts'
import { useStudio } from '../store/context.ts'
import { readHiddenColumns, writeHiddenColumns } from '../store/hidden-columns.ts'
import { words } from '../words.ts'
import styles from './ComparisonTable.module.css'
import { COLUMNS, type Column } from './columns.ts'
import { copiedTable, copyAs } from './copies.ts'
import { FigureCell } from './FigureCell.tsx'
import { RowHead } from './RowHead.tsx'
import { bestRows, nextSort, type Sort, sortRows } from './ranking.ts'
import { placeOf, useRoving } from './roving.ts'
import { TableBar } from './TableBar.tsx'
import { TableHead } from './TableHead.tsx'
import { TableNotes } from './TableNotes.tsx'
import { measuredNotes } from './table-notes.ts'

const FigureSource = lazy(() => import('./FigureSource.tsx'))

/** The figure whose source was opened last; it stays known while its popover closes. */
interface Opened {
  readonly row: string
  readonly column: Column
  readonly anchor: HTMLElement
  readonly isOpen: boolean
}

export function ComparisonTable() {
  const inOrder = useStudio(useMemo(createComparison, []))
  const prices = useStudio((state) => state.prices)
  const [hidden, setHidden] = useState(readHiddenColumns)
  const [sort, setSort] = useState<Sort>()
  const [opened, setOpened] = useState<Opened>()
  const columns = COLUMNS.filter(({ key }) => !hidden.includes(key))
  const roving = useRoving({ rows: inOrder.length + 1, columns: columns.length + 1 })
  const { table } = words
  const teacher = inOrder[0]
  const context = { prices, ...(teacher ? { teacher } : {}) }
  const sorted = columns.find(({ key }) => key === sort?.column)
  const rows = sort ? sortRows(inOrder, sorted, sort.direction, context) : inOrder
  const best = new Map(columns.map((column) => [column.key, bestRows(inOrder, column, context)]))
  const openedRow = opened && inOrder.find(({ key }) => key === opened.row)
  const isOpen = (row: string, column: Column) =>
    opened?.isOpen === true && opened.row === row && opened.column.key === column.key
  const open = ({ target }: MouseEvent<HTMLElement>) => {
    const anchor = target instanceof Element ? target.closest<HTMLElement>('tbody button') : null
    const place = anchor && placeOf(anchor)
    const row = place && rows[place.row - 1]
    const column = place && columns[place.column - 1]
    if (anchor && row && column) setOpened({ row: row.key, column, anchor, isOpen: !isOpen(row.key, column) })
  }
  return (
    <section className={styles.box} id="comparison" aria-labelledby="comparison-title">
      <TableBar
        titleId="comparison-title"
        hidden={hidden}
        onHide={(keys) => {
          setHidden(keys)
          writeHiddenColumns(keys)
        }}
        copy={(format) => copyAs(format, copiedTable(rows, columns, context, measuredNotes(rows, context)))}
      />
      <div className={styles.scroll}>
        <table
          className={styles.table}
          aria-label={table.name}
          onClick={open}
          onFocus={roving.onFocus}
          onKeyDown={roving.onKeyDown}
        >
          <TableHead
            columns={columns}
            teacher={teacher?.measured}
            sort={sort}
            cell={roving.cell}
            onSort={(column) => setSort(column && nextSort(sort, column))}
          />
          <tbody>
            {rows.map((row, r) => (
              <tr key={row.key} data-running={row.isRunning} data-slot={row.slot}>
                <RowHead row={row} />
                {columns.map((column, c) => (
                  <FigureCell
                    key={column.key}
                    figure={column.figure(row, context)}
                    isBest={best.get(column.key)?.has(row.key) ?? false}
                    isOpen={isOpen(row.key, column)}
                    place={roving.cell(r + 1, c + 1)}
                  />
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <TableNotes teacher={teacher?.measured} />
      {opened && openedRow && (
        <Suspense>
          <FigureSource {...opened} row={openedRow} onClose={() => setOpened({ ...opened, isOpen: false })} />
        </Suspense>
      )}
    </section>
  )
}
