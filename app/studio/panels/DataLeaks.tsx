// The warning that test rows were trained on, with the first of them.
import type { DuplicateFacts } from '../../engine/protocol.ts'
import { Disclosure } from '../ui/Disclosure.tsx'
import { exact } from '../ui/format.ts'
import { PlainTable } from '../ui/PlainTable.tsx'
import { words } from '../words.ts'
import styles from './DataLeaks.module.css'

export function DataLeaks({ duplicates }: { readonly duplicates: DuplicateFacts }) {
  const text = words.data
  const { leaked, leakedConflicting, examples } = duplicates
  if (leaked === 0) return null
  return (
    <div className={styles.warning}>
      <p>
        <span aria-hidden="true">⚠ </span>
        {text.leaked(exact(leaked), leaked === 1)}
        {leakedConflicting > 0 && ` ${text.leakedConflicting(exact(leakedConflicting))}`}
      </p>
      <Disclosure title={text.leakedExamples}>
        <PlainTable
          label={text.leakedExamples}
          head={[text.textHead, text.inTraining, text.inTest]}
          rows={examples.map(({ text: example, train, test }) => ({
            key: example,
            cells: [example, train ?? words.table.none, test ?? words.table.none],
          }))}
        />
      </Disclosure>
    </div>
  )
}
