// Three ways to open a model, with equal weight: the sample, a folder or zip of one's own, the Hub.
import { useIntents, useStudio } from '../../store/context.ts'
import { pickedFiles, sortFiles } from '../../store/files.ts'
import { type FolderPicker, folderPicker } from '../../store/folder-dialog.ts'
import { filesOf, rememberFolder } from '../../store/recent-folders.ts'
import { isGpuReady } from '../../store/steps.ts'
import { Button } from '../../ui/Button.tsx'
import { FileButton } from '../../ui/FileButton.tsx'
import { words } from '../../words.ts'
import { HubForm } from './HubForm.tsx'
import styles from './OpenWays.module.css'

export function OpenWays() {
  const isReady = useStudio(isGpuReady)
  const { openSample, openFiles, reportDropFailure } = useIntents()
  const { load, opening } = words
  const open = (files: FileList) => openFiles(sortFiles(pickedFiles(files)))
  // A dialog that gives a handle lets the folder be opened again another day.
  const pick = folderPicker('read')
  const openPicked = async (ask: FolderPicker) => {
    try {
      const handle = await ask()
      const files = await filesOf(handle)
      await rememberFolder(handle)
      openFiles(sortFiles(files, handle.name))
    } catch (error) {
      if (!(error instanceof DOMException && error.name === 'AbortError')) reportDropFailure(error)
    }
  }
  return (
    <ul className={styles.ways} aria-label={opening.ways}>
      <li className={styles.way}>
        <span className={styles.name}>{opening.sample}</span>
        <span className={styles.controls}>
          <Button title={load.sampleHint} disabled={!isReady} onClick={openSample}>
            {load.sample}
          </Button>
        </span>
      </li>
      <li className={styles.way}>
        <span className={styles.name}>{opening.own}</span>
        <span className={styles.controls}>
          <FileButton
            label={load.folder}
            hint={load.folderHint}
            isFolder
            onPick={open}
            onAsk={pick && (() => openPicked(pick))}
          />
          <FileButton label={opening.zip} hint={opening.zipHint} accept=".zip" onPick={open} />
        </span>
      </li>
      <li className={styles.way}>
        <span className={styles.name}>{opening.hub}</span>
        <HubForm />
      </li>
    </ul>
  )
}
