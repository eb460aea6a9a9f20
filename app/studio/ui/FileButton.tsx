// A file input that looks like a button; the input itself takes the focus and the name.
import { useRef } from 'react'
import styles from './FileButton.module.css'

interface FileButtonProps {
  readonly label: string
  readonly hint: string
  readonly isFolder?: boolean
  readonly accept?: string
  readonly onPick: (files: FileList) => void
  /** Opens another dialog in place of the input's own. */
  readonly onAsk?: (() => void) | undefined
}

export function FileButton({ label, hint, isFolder = false, accept, onPick, onAsk }: FileButtonProps) {
  const input = useRef<HTMLInputElement>(null)
  return (
    <label className={styles.place} title={hint}>
      <input
        ref={input}
        className={styles.input}
        type="file"
        multiple
        accept={accept}
        aria-label={label}
        title={hint}
        {...(isFolder ? { webkitdirectory: '' } : {})}
        onClick={(event) => {
          if (!onAsk) return
          event.preventDefault()
          onAsk()
        }}
        onChange={(event) => {
          if (event.target.files?.length) onPick(event.target.files)
          // The same choice again must count as a change.
          if (input.current) input.current.value = ''
        }}
      />
      <span className={styles.face}>{label}</span>
    </label>
  )
}
