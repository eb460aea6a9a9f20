// Counts of the open data, and what is odd about it.
import type { DataDetails } from '../../engine/protocol.ts'
import { Disclosure } from '../ui/Disclosure.tsx'
import { exact } from '../ui/format.ts'
import { Summary } from '../ui/Summary.tsx'
import { words } from '../words.ts'
import styles from './DataFacts.module.css'

export function DataFacts({ data }: { readonly data: DataDetails }) {
  const text = words.data
  const { cut } = data.tokens
  const unknownRows = data.unknownLabels.reduce((sum, { rows }) => sum + rows, 0)
  return (
    <>
      <Summary
        name={data.name}
        facts={[
          text.split(exact(data.train), exact(data.validation), exact(data.test)),
          data.label === null ? text.noLabel : text.columnsUsed(data.text, data.label),
          ...(cut > 0 ? [text.cut(exact(cut))] : []),
          ...(data.emptyTexts > 0 ? [text.emptyTexts(exact(data.emptyTexts))] : []),
        ]}
      />
      {unknownRows > 0 && (
        <Disclosure title={text.unknown(exact(unknownRows))}>
          <p className={styles.note}>
            {data.unknownLabels.map(({ label, rows }) => `${label} (${exact(rows)})`).join(', ')}
          </p>
        </Disclosure>
      )}
    </>
  )
}
