// Step 3: which layers the student keeps and how it is trained.
import { useIntents, useStudio } from '../store/context.ts'
import { canRun, stepState } from '../store/steps.ts'
import { Button } from '../ui/Button.tsx'
import { Panel } from '../ui/Panel.tsx'
import { words } from '../words.ts'
import { DistillFit } from './DistillFit.tsx'
import { StageOptions } from './StageOptions.tsx'

export function DistillPanel() {
  const state = useStudio((studio) => stepState(studio, 'distill'))
  const definitions = useStudio((studio) => studio.catalog?.stages.distill)
  const isReady = useStudio(canRun)
  const { run } = useIntents()
  return (
    <Panel
      step="distill"
      state={state}
      lead={words.distill.lead}
      action={
        <Button look="primary" disabled={!isReady} onClick={() => run('distill')}>
          {words.distill.button}
        </Button>
      }
    >
      <DistillFit />
      {definitions && <StageOptions kind="distill" definitions={definitions} />}
    </Panel>
  )
}
