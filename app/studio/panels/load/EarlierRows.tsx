// Rows that an opened export brought along: measured earlier, elsewhere, and said to be so.
import { useStudio } from '../../store/context.ts'
import { schemeLabel } from '../../store/recipe.ts'
import { Disclosure } from '../../ui/Disclosure.tsx'
import { compact, megabytes, milliseconds, percent } from '../../ui/format.ts'
import { PlainTable } from '../../ui/PlainTable.tsx'
import { words } from '../../words.ts'
import styles from './EarlierRows.module.css'

export function EarlierRows() {
  const report = useStudio((state) => state.opening.reported)
  const catalog = useStudio((state) => state.catalog)
  if (!report) return null
  const { opening, table } = words
  const rows = report.rows.map((row, index) => ({
    key: String(index),
    cells: [
      row.scheme === undefined ? words.stage(row.stage) : schemeLabel({ catalog }, row.scheme),
      compact(row.parameters),
      megabytes(row.bytes),
      milliseconds(row.latency_ms.p50),
      row.accuracy === undefined
        ? `${percent(row.agreement)} ${table.isAgreement}`
        : `${percent(row.accuracy)}, ${table.n(String(row.n))}`,
    ],
  }))
  const { vendor, architecture, description } = report.adapter
  return (
    <Disclosure title={opening.reported}>
      <p className={styles.note}>{opening.reportedNote(description || architecture || vendor)}</p>
      <PlainTable
        label={opening.reported}
        head={[table.model, table.parameters, table.size, table.latency, table.accuracy]}
        rows={rows}
        numbersFrom={1}
      />
    </Disclosure>
  )
}
