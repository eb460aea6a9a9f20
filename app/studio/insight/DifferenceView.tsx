// The rows where a student predicts another class than its teacher, and the confusions that changed most.
import { useState } from 'react'
import type { DifferenceKind, RowKey } from '../../engine/protocol.ts'
import { useStudio } from '../store/context.ts'
import { rowName } from '../store/names.ts'
import { exact } from '../ui/format.ts'
import field from '../ui/TextField.module.css'
import { words } from '../words.ts'
import { ConfusionTable } from './ConfusionTable.tsx'
import { CopyCsv } from './CopyCsv.tsx'
import { DifferenceColumn } from './DifferenceColumn.tsx'
import styles from './DifferenceView.module.css'
import { matching } from './difference-list.ts'
import { StaleNote } from './StaleNote.tsx'
import { useDifferences } from './use-differences.ts'
import view from './View.module.css'

const KINDS: readonly DifferenceKind[] = ['lost', 'gained', 'changed']

export function DifferenceView({ student }: { readonly student: RowKey | undefined }) {
  const catalog = useStudio((state) => state.catalog)
  const { found, isStale } = useDifferences(student)
  const [search, setSearch] = useState('')
  const { insight } = words
  if (!student) return <p className={view.note}>{insight.noStudent}</p>
  if (!found) return <p className={view.note}>{insight.comparing}</p>
  const { compared, counts, rows, confusions } = found
  const name = rowName({ catalog }, student)
  const all = counts.gained + counts.lost + counts.changed
  const summary =
    all === 0
      ? insight.differences.none(exact(compared), name)
      : insight.differences.summary(exact(all), exact(compared), name)
  const shown = matching(rows, search)
  return (
    <div className={view.view} data-stale={isStale}>
      <p className={view.summary}>{summary}</p>
      {isStale && <StaleNote />}
      {found.classes.length > 0 && <ConfusionTable confusions={confusions} />}
      {all > 0 && (
        <>
          <div className={styles.tools}>
            <input
              className={field.field}
              type="search"
              aria-label={insight.differences.search}
              placeholder={`${insight.differences.search}: ${insight.differences.searchHint}`}
              value={search}
              onChange={(event) => setSearch(event.target.value)}
            />
            <CopyCsv rows={shown} />
          </div>
          <div className={styles.columns}>
            {KINDS.filter((kind) => counts[kind] > 0 || kind !== 'changed').map((kind) => (
              <DifferenceColumn
                key={`${kind} ${student}`}
                kind={kind}
                rows={shown.filter((row) => row.kind === kind)}
                listed={rows.filter((row) => row.kind === kind).length}
                total={counts[kind]}
                isSearching={search.trim() !== ''}
              />
            ))}
          </div>
        </>
      )}
    </div>
  )
}
