// Back and forward through the settings.
import { useIntents, useSettingsHistory } from '../store/context.ts'
import { Button } from '../ui/Button.tsx'
import { words } from '../words.ts'

export function UndoButtons() {
  const { past, future } = useSettingsHistory()
  const { undo, redo } = useIntents()
  const { shortcuts } = words
  return (
    <>
      <Button look="quiet" disabled={past === 0} title={shortcuts.undo} onClick={undo}>
        <span aria-hidden="true">↶</span> {words.history.undo}
      </Button>
      <Button look="quiet" disabled={future === 0} title={shortcuts.redo} onClick={redo}>
        <span aria-hidden="true">↷</span> {words.history.redo}
      </Button>
    </>
  )
}
