// A small table of texts; the last column is often a number.
import styles from './PlainTable.module.css'

interface PlainTableProps {
  readonly label: string
  readonly head: readonly string[]
  readonly rows: readonly { readonly key: string; readonly cells: readonly string[] }[]
  /** Index of the first right-aligned column; none if absent. */
  readonly numbersFrom?: number
}

export function PlainTable({ label, head, rows, numbersFrom = head.length }: PlainTableProps) {
  const align = (column: number) => (column >= numbersFrom ? styles.number : undefined)
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by keyboard
    <section className={styles.scroll} aria-label={label} tabIndex={0}>
      <table className={styles.table} aria-label={label}>
        <thead>
          <tr>
            {head.map((name, column) => (
              <th key={name} scope="col" className={align(column)}>
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ key, cells }) => (
            <tr key={key}>
              {head.map((name, column) => (
                <td key={name} className={align(column)}>
                  {cells[column]}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}
