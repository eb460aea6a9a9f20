// Counts of the open data, what is odd about it, and its first rows.
import type { DataDetails } from '../../engine/protocol.ts'
import { Disclosure } from '../ui/Disclosure.tsx'
import { Facts } from '../ui/Facts.tsx'
import { exact } from '../ui/format.ts'
import { PlainTable } from '../ui/PlainTable.tsx'
import { words } from '../words.ts'
import styles from './DataFacts.module.css'

export function DataFacts({ data }: { readonly data: DataDetails }) {
  const { counts, ...text } = words.data
  const { mean, p95, longest, cut } = data.tokens
  const unknownRows = data.unknownLabels.reduce((sum, { rows }) => sum + rows, 0)
  return (
    <>
      <strong>{data.name}</strong>
      <Facts
        facts={[
          { name: counts.train, value: exact(data.train) },
          { name: counts.validation, value: exact(data.validation) },
          { name: counts.test, value: exact(data.test) },
          { name: counts.labels, value: exact(data.labels) },
        ]}
      />
      <p className={styles.note}>
        {text.tokens(exact(Math.round(mean)), exact(p95), exact(longest))}{' '}
        {cut > 0 ? text.cut(exact(cut)) : text.noneCut}{' '}
        {data.emptyTexts > 0 && text.emptyTexts(exact(data.emptyTexts))}
      </p>
      {unknownRows > 0 && (
        <Disclosure title={text.unknown(exact(unknownRows))}>
          <p className={styles.note}>
            {data.unknownLabels.map(({ label, rows }) => `${label} (${exact(rows)})`).join(', ')}
          </p>
        </Disclosure>
      )}
      <Disclosure title={text.preview}>
        <PlainTable
          label={text.preview}
          head={[text.textHead, text.labelHead]}
          rows={data.preview.map((row, index) => ({
            key: String(index),
            cells: [row.text, row.label ?? words.table.none],
          }))}
        />
      </Disclosure>
    </>
  )
}
