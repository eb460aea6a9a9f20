// How long the open texts are, and the first of them.
import type { DataDetails } from '../../engine/protocol.ts'
import { exact } from '../ui/format.ts'
import { PlainTable } from '../ui/PlainTable.tsx'
import { words } from '../words.ts'
import styles from './DataFacts.module.css'

export function DataPreview({ data }: { readonly data: DataDetails }) {
  const text = words.data
  const { mean, p95, longest } = data.tokens
  return (
    <>
      <p className={styles.note}>{text.tokens(exact(Math.round(mean)), exact(p95), exact(longest))}</p>
      <PlainTable
        label={text.preview}
        head={[text.textHead, text.labelHead]}
        rows={data.preview.map((row, index) => ({
          key: String(index),
          cells: [row.text, row.label ?? words.table.none],
        }))}
      />
    </>
  )
}
