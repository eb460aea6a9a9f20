// Writes straight into a folder that the user picks; absent where the browser has no such dialog.
import { useIntents } from '../../store/context.ts'
import { folderPicker } from '../../store/folder-dialog.ts'
import { Button } from '../../ui/Button.tsx'
import { words } from '../../words.ts'

export function FolderButton({ isReady }: { readonly isReady: boolean }) {
  const { exportChosen } = useIntents()
  const pick = folderPicker('readwrite')
  if (!pick) return null
  const save = async () => {
    // A closed dialog is an answer too.
    const folder = await pick().catch(() => undefined)
    if (folder) exportChosen(folder)
  }
  return (
    <Button disabled={!isReady} title={words.exporting.folderHint} onClick={save}>
      {words.exporting.folder}
    </Button>
  )
}
