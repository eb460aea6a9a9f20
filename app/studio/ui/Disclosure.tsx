// Something that is there when asked for.
import type { ReactNode } from 'react'
import styles from './Disclosure.module.css'

interface DisclosureProps {
  readonly title: string
  readonly children: ReactNode
}

export function Disclosure({ title, children }: DisclosureProps) {
  return (
    <details className={styles.details}>
      <summary className={styles.summary}>{title}</summary>
      <div className={styles.body}>{children}</div>
    </details>
  )
}
