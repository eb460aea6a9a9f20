// Which student is looked at; absent while there is none to choose from.
import { useShallow } from 'zustand/react/shallow'
import type { RowKey } from '../../engine/protocol.ts'
import { useIntents, useStudio } from '../store/context.ts'
import { studentKeys } from '../store/insight-views.ts'
import { rowName } from '../store/names.ts'
import { Select } from '../ui/Select.tsx'
import { words } from '../words.ts'
import styles from './StudentChoice.module.css'

export function StudentChoice({ student }: { readonly student: RowKey | undefined }) {
  const keys = useStudio(useShallow((state) => studentKeys(state.rows)))
  const catalog = useStudio((state) => state.catalog)
  const { inspect } = useIntents()
  const { insight } = words
  if (student === undefined) return null
  return (
    <span className={styles.choice}>
      <span className={styles.name} aria-hidden="true">
        {insight.student}
      </span>
      <Select
        label={insight.student}
        choices={keys.map((key) => ({ value: key, label: rowName({ catalog }, key) }))}
        value={student}
        onChange={(key) => inspect(key as RowKey)}
      />
    </span>
  )
}
