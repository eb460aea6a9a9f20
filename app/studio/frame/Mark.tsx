// The decanter, drawn in the page's own colors.
import styles from './Mark.module.css'

export function Mark() {
  return (
    <svg className={styles.mark} viewBox="0 0 32 32" aria-hidden="true">
      <path className={styles.wine} d="M8.7 19h14.6l2 3.9a3 3 0 0 1-2.6 4.4H9.3a3 3 0 0 1-2.6-4.4z" />
      <path
        className={styles.glass}
        d="M12 3h8v8.2l6.2 11.4A4.4 4.4 0 0 1 22.3 29H9.7a4.4 4.4 0 0 1-3.9-6.4L12 11.2z"
      />
    </svg>
  )
}
