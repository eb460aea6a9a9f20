// The column heads: each a button that sorts; the first leads back to the order of the pipeline.
import type { ModelRow } from '../../engine/protocol.ts'
import { words } from '../words.ts'
import type { Column } from './columns.ts'
import type { Sort } from './ranking.ts'
import type { useRoving } from './roving.ts'
import styles from './TableHead.module.css'

interface TableHeadProps {
  readonly columns: readonly Column[]
  readonly teacher: ModelRow | undefined
  readonly sort: Sort | undefined
  readonly cell: ReturnType<typeof useRoving>['cell']
  /** Undefined: the order of the pipeline. */
  readonly onSort: (column: Column | undefined) => void
}

export function TableHead({ columns, teacher, sort, cell, onSort }: TableHeadProps) {
  const { table } = words
  return (
    <thead>
      <tr>
        <th scope="col" className={styles.head} data-first="true">
          <button
            type="button"
            className={styles.sort}
            {...cell(0, 0)}
            title={table.pipelineOrder}
            onClick={() => onSort(undefined)}
          >
            {table.model}
            {sort && (
              <span className={styles.back}>
                <span aria-hidden="true">↺</span>
                <span className="readers-only">, {table.pipelineOrder}</span>
              </span>
            )}
          </button>
        </th>
        {columns.map((column, i) => {
          const direction = sort?.column === column.key ? sort.direction : undefined
          return (
            <th key={column.key} scope="col" className={styles.head} aria-sort={direction}>
              <button
                type="button"
                className={styles.sort}
                {...cell(0, i + 1)}
                onClick={() => onSort(column)}
              >
                {column.head}
                {direction && (
                  <span className={styles.direction} aria-hidden="true">
                    {direction === 'ascending' ? '▲' : '▼'}
                  </span>
                )}
                {column.units(teacher).map((line) => (
                  <span className={styles.unit} key={line}>
                    {line}
                  </span>
                ))}
              </button>
            </th>
          )
        })}
      </tr>
    </thead>
  )
}
