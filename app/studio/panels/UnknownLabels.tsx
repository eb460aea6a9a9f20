// Labels of the data that the model does not have, with their rows.
import type { DataDetails } from '../../engine/protocol.ts'
import { Disclosure } from '../ui/Disclosure.tsx'
import { exact } from '../ui/format.ts'
import { PlainTable } from '../ui/PlainTable.tsx'
import { words } from '../words.ts'
import styles from './DataFacts.module.css'

/** A column that was taken for labels by mistake can have as many as rows. */
const MOST_UNKNOWN = 100

export function UnknownLabels({ labels }: { readonly labels: DataDetails['unknownLabels'] }) {
  const text = words.data
  if (labels.length === 0) return null
  const rows = labels.reduce((sum, label) => sum + label.rows, 0)
  const more = labels.length - MOST_UNKNOWN
  return (
    <Disclosure title={text.unknown(exact(rows))}>
      <PlainTable
        label={text.unknown(exact(rows))}
        head={[text.labelHead, text.rowsHead]}
        rows={labels.slice(0, MOST_UNKNOWN).map(({ label, rows: count }) => ({
          key: label,
          cells: [label, exact(count)],
        }))}
        numbersFrom={1}
      />
      {more > 0 && <p className={styles.note}>{text.unknownMore(exact(more))}</p>}
    </Disclosure>
  )
}
