// The open tables by what they are for; each can change its role or go.
import type { DataDetails } from '../../engine/protocol.ts'
import { useIntents, useStudio } from '../store/context.ts'
import { Button } from '../ui/Button.tsx'
import { exact } from '../ui/format.ts'
import { words } from '../words.ts'
import styles from './DataTables.module.css'

export function DataTables({ data }: { readonly data: DataDetails }) {
  const { arrangeData } = useIntents()
  const isBusy = useStudio(({ activity }) => activity.state !== 'idle')
  const text = words.data
  const { move } = text
  return (
    <ul className={styles.tables} aria-label={text.tables}>
      {data.tables.map(({ role, name, rows }) => (
        <li key={role} className={styles.table}>
          <span className={styles.role}>{text.roles[role]}</span>
          <span className={styles.name}>
            <strong>{name}</strong> <span className={styles.rows}>{text.rows(exact(rows), rows === 1)}</span>
          </span>
          <span className={styles.actions}>
            <Button
              look="quiet"
              disabled={isBusy}
              aria-label={text.withName(move[role], name)}
              title={text.moveHint[role]}
              onClick={() => arrangeData(role, 'move')}
            >
              {move[role]}
            </Button>
            <Button
              look="quiet"
              disabled={isBusy}
              aria-label={text.withName(text.remove, name)}
              onClick={() => arrangeData(role, 'remove')}
            >
              {text.remove}
            </Button>
          </span>
        </li>
      ))}
    </ul>
  )
}
