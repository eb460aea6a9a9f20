// The whole page takes folders and tables; a veil shows it while something is held over it.
import { useEffect, useState } from 'react'
import { useIntents } from '../store/context.ts'
import { droppedFiles, sortFiles } from '../store/files.ts'
import { rememberDropped } from '../store/recent-folders.ts'
import { words } from '../words.ts'
import styles from './DropTarget.module.css'

const holdsFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') === true

export function DropTarget() {
  const [isOver, setOver] = useState(false)
  const { openFiles, reportDropFailure } = useIntents()

  useEffect(() => {
    const listeners = new AbortController()
    const { signal } = listeners
    const onDragOver = (event: DragEvent) => {
      if (!holdsFiles(event)) return
      event.preventDefault()
      setOver(true)
    }
    const onDragLeave = (event: DragEvent) => {
      // Leaving one element for another is not leaving the page.
      if (event.relatedTarget === null) setOver(false)
    }
    const onDrop = (event: DragEvent) => {
      if (!holdsFiles(event) || !event.dataTransfer) return
      event.preventDefault()
      setOver(false)
      const { items } = event.dataTransfer
      // Whether it can be remembered is no condition of opening it.
      const remembered = rememberDropped(items).catch(() => undefined)
      droppedFiles(items)
        .then(async (files) => {
          await remembered
          openFiles(sortFiles(files))
        })
        .catch(reportDropFailure)
    }
    window.addEventListener('dragover', onDragOver, { signal })
    window.addEventListener('dragleave', onDragLeave, { signal })
    window.addEventListener('drop', onDrop, { signal })
    return () => listeners.abort()
  }, [openFiles, reportDropFailure])

  if (!isOver) return null
  return (
    <div className={styles.veil}>
      <p className={styles.card}>
        <strong>{words.drop.title}</strong>
        {words.drop.hint}
      </p>
    </div>
  )
}
