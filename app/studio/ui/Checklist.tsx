// What a model folder needs, ticked where it was found; what to do where it was not.
import type { ChecklistItem } from '../../engine/protocol.ts'
import { words } from '../words.ts'
import styles from './Checklist.module.css'

export function Checklist({ items }: { readonly items: readonly ChecklistItem[] }) {
  const { opening } = words
  return (
    <ul className={styles.list} aria-label={opening.checklist}>
      {items.map(({ need, file, state, instead }) => {
        const isFound = state === 'found'
        const action = state === 'pointer' ? opening.actions.pointer : opening.actions[need]
        return (
          <li key={need} className={styles.item} data-found={isFound}>
            <span className={styles.mark} aria-hidden="true">
              {isFound ? '✓' : '✗'}
            </span>
            <span>
              <strong className={styles.file}>{file}</strong> {opening.needsOf[need].toLowerCase()},{' '}
              {isFound ? opening.found : opening.missing}
              {instead && ` (${opening.instead(instead)})`}
              {!isFound && `. ${action}`}
            </span>
          </li>
        )
      })}
    </ul>
  )
}
