// Above the table: its title, which columns to show, and ways to take it elsewhere.
import { useState } from 'react'
import { Button } from '../ui/Button.tsx'
import { Chips } from '../ui/Chips.tsx'
import { words } from '../words.ts'
import { CopyButtons } from './CopyButtons.tsx'
import { COLUMNS } from './columns.ts'
import { COPY_FORMATS, type CopyFormat } from './copies.ts'
import styles from './TableBar.module.css'

interface TableBarProps {
  readonly titleId: string
  readonly hidden: readonly string[]
  readonly onHide: (hidden: readonly string[]) => void
  /** The table as text. */
  readonly copy: (format: CopyFormat) => string
}

export function TableBar({ titleId, hidden, onHide, copy }: TableBarProps) {
  const [isChoosing, setChoosing] = useState(false)
  const { table } = words
  const toggle = (key: string) =>
    onHide(hidden.includes(key) ? hidden.filter((other) => other !== key) : [...hidden, key])
  return (
    <>
      <div className={styles.bar}>
        <h2 className={styles.title} id={titleId}>
          {table.name}
        </h2>
        <Button look="quiet" aria-expanded={isChoosing} onClick={() => setChoosing(!isChoosing)}>
          {table.columns}
          {hidden.length > 0 && ` (${COLUMNS.length - hidden.length}/${COLUMNS.length})`}
        </Button>
        <CopyButtons formats={COPY_FORMATS} copy={copy} />
      </div>
      {isChoosing && (
        <div className={styles.choice}>
          <Chips
            label={table.showColumns}
            chips={COLUMNS.map(({ key, head }) => ({
              value: key,
              label: head,
              isOn: !hidden.includes(key),
            }))}
            onToggle={toggle}
          />
          <Button look="quiet" disabled={hidden.length === 0} onClick={() => onHide([])}>
            {table.allColumns}
          </Button>
        </div>
      )}
    </>
  )
}
