// Step 4: how much of the encoder goes, by which score.
import { useIntents, useStudio } from '../store/context.ts'
import { canRun, stepState } from '../store/steps.ts'
import { Button } from '../ui/Button.tsx'
import { Panel } from '../ui/Panel.tsx'
import { words } from '../words.ts'
import { StageOptions } from './StageOptions.tsx'

const LABELS = { pruning_ratio: words.prune.ratio }

export function PrunePanel() {
  const state = useStudio((studio) => stepState(studio, 'prune'))
  const definitions = useStudio((studio) => studio.catalog?.stages.prune)
  const isReady = useStudio(canRun)
  const { run } = useIntents()
  return (
    <Panel
      step="prune"
      state={state}
      lead={words.prune.lead}
      action={
        <Button
          look="primary"
          disabled={!isReady}
          title={words.prune.buttonHint}
          onClick={() => run('prune')}
        >
          {words.prune.button}
        </Button>
      }
    >
      {definitions && <StageOptions kind="prune" definitions={definitions} labels={LABELS} />}
    </Panel>
  )
}
