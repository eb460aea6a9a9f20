// One head's map with its title, and the numbers behind it when they are asked for.
import { useState } from 'react'
import { words } from '../words.ts'
import { AttentionGrid, type AttentionGridProps } from './AttentionGrid.tsx'
import styles from './AttentionMap.module.css'
import { AttentionTable } from './AttentionTable.tsx'

export function AttentionMap(props: AttentionGridProps) {
  const [isOpen, setOpen] = useState(false)
  const { title, tokens, map } = props
  const name = words.insight.attention.table(title)
  return (
    <figure className={styles.map}>
      <figcaption className={styles.title}>{title}</figcaption>
      <AttentionGrid {...props} />
      <details onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary className={styles.summary}>{name}</summary>
        {isOpen && <AttentionTable label={name} tokens={tokens} map={map} />}
      </details>
    </figure>
  )
}
