// Counts of the open data, and what is odd about it.
import type { DataDetails } from '../../engine/protocol.ts'
import { exact } from '../ui/format.ts'
import { words } from '../words.ts'
import styles from './DataFacts.module.css'
import { UnknownLabels } from './UnknownLabels.tsx'

export function DataFacts({ data }: { readonly data: DataDetails }) {
  const text = words.data
  const { cut } = data.tokens
  const { repeated, conflicting } = data.duplicates
  const facts = [
    text.split(exact(data.train), exact(data.validation), exact(data.test)),
    data.label === null ? text.unlabelled : text.columnsUsed(data.text, data.label),
    ...(cut > 0 ? [text.cut(exact(cut), cut === 1)] : []),
    ...(data.emptyTexts > 0 ? [text.emptyTexts(exact(data.emptyTexts))] : []),
    ...(repeated > 0 ? [text.repeated(exact(repeated), repeated === 1)] : []),
    ...(conflicting > 0 ? [text.conflicting(exact(conflicting), conflicting === 1)] : []),
  ]
  return (
    <>
      <p className={styles.note}>{facts.join(' · ')}</p>
      <UnknownLabels labels={data.unknownLabels} />
    </>
  )
}
