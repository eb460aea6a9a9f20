// Which column holds the text and which, if any, the label.
import type { DataDetails } from '../../engine/protocol.ts'
import { useIntents } from '../store/context.ts'
import { Select } from '../ui/Select.tsx'
import { words } from '../words.ts'
import styles from './DataColumns.module.css'

export function DataColumns({ data }: { readonly data: DataDetails }) {
  const { setColumn } = useIntents()
  const columns = data.columns.map((column) => ({ value: column, label: column }))
  return (
    <div className={styles.columns}>
      <div>
        <span className={styles.name}>{words.data.text}</span>
        <Select
          label={words.data.text}
          choices={columns}
          value={data.text}
          onChange={(column) => setColumn('text', column)}
        />
      </div>
      <div>
        <span className={styles.name}>{words.data.label}</span>
        <Select
          label={words.data.label}
          choices={[...columns, { value: '', label: words.data.noLabel }]}
          value={data.label ?? ''}
          onChange={(column) => setColumn('label', column || null)}
        />
      </div>
    </div>
  )
}
