// Folders opened before, to open again with one click; the browser asks whether they may be read.
import { useEffect, useState } from 'react'
import { useIntents, useStudio } from '../../store/context.ts'
import { sortFiles } from '../../store/files.ts'
import { forgetFolder, type RecentFolder, readRecent, recentFolders } from '../../store/recent-folders.ts'
import { Button } from '../../ui/Button.tsx'
import { Disclosure } from '../../ui/Disclosure.tsx'
import { words } from '../../words.ts'
import styles from './KeptModels.module.css'

export function RecentFolders() {
  const model = useStudio((state) => state.model)
  const isFree = useStudio((state) => state.activity.state === 'idle')
  const { openFiles, reportDropFailure } = useIntents()
  const [folders, setFolders] = useState<readonly RecentFolder[]>([])
  const refresh = () => recentFolders().then(setFolders, () => setFolders([]))
  // IndexedDB is outside React; a model that opens may have come from a folder just remembered.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the model is the signal, not a value that is read
  useEffect(() => {
    refresh()
  }, [model])
  if (folders.length === 0) return null
  const { opening } = words
  const open = (folder: RecentFolder) =>
    readRecent(folder)
      .then((files) => openFiles(sortFiles(files, folder.name)))
      .catch(reportDropFailure)
  return (
    <Disclosure title={opening.recent}>
      <ul className={styles.list}>
        {folders.map((folder, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: two folders may have one name
          <li key={index} className={styles.row}>
            <span className={styles.name}>{folder.name}</span>
            <Button aria-label={opening.open(folder.name)} disabled={!isFree} onClick={() => open(folder)}>
              {opening.openShort}
            </Button>
            <Button
              look="quiet"
              aria-label={opening.forget(folder.name)}
              onClick={() => forgetFolder(folder).then(refresh, reportDropFailure)}
            >
              {opening.forgetShort}
            </Button>
          </li>
        ))}
      </ul>
    </Disclosure>
  )
}
