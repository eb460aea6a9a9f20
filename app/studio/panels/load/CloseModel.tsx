// Closes the open model.
import { useIntents, useStudio } from '../../store/context.ts'
import { canOpen } from '../../store/steps.ts'
import { Button } from '../../ui/Button.tsx'
import { words } from '../../words.ts'

export function CloseModel() {
  const isReady = useStudio(canOpen)
  const { closeModel } = useIntents()
  return (
    <div>
      <Button look="quiet" title={words.load.closeHint} disabled={!isReady} onClick={closeModel}>
        {words.load.close}
      </Button>
    </div>
  )
}
