// Step 7: which files to write, and what was written.
import { useIntents, useStudio } from '../store/context.ts'
import { folderPicker } from '../store/folder-dialog.ts'
import { canExport, stepState } from '../store/steps.ts'
import { Button } from '../ui/Button.tsx'
import { Panel } from '../ui/Panel.tsx'
import { words } from '../words.ts'
import { ExportChoices } from './ExportChoices.tsx'
import { ExportedFiles } from './ExportedFiles.tsx'
import styles from './ExportPanel.module.css'
import { FolderButton } from './export/FolderButton.tsx'
import { HubUpload } from './export/HubUpload.tsx'
import { Snippets } from './export/Snippets.tsx'

export function ExportPanel() {
  const state = useStudio((studio) => stepState(studio, 'export'))
  const formats = useStudio((studio) => studio.catalog?.exports)
  const exported = useStudio((studio) => studio.exported)
  const isReady = useStudio(canExport)
  const { exportChosen } = useIntents()
  return (
    <Panel
      step="export"
      state={state}
      lead={words.exporting.lead}
      action={
        <span className={styles.actions}>
          <FolderButton isReady={isReady} />
          <Button
            look="primary"
            disabled={!isReady}
            title={words.exporting.buttonHint}
            onClick={() => exportChosen()}
          >
            {words.exporting.button}
          </Button>
        </span>
      }
    >
      {formats ? (
        <ExportChoices formats={formats} />
      ) : (
        <p className={styles.note}>{words.exporting.loading}</p>
      )}
      {!folderPicker('readwrite') && <p className={styles.note}>{words.exporting.zipOnly}</p>}
      {exported && <ExportedFiles exported={exported} />}
      {exported && <Snippets snippets={exported.snippets} />}
      {exported && <HubUpload exported={exported} />}
    </Panel>
  )
}
