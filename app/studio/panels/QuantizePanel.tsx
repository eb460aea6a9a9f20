// Step 5: the bit width, and what the chosen scheme can be told.
import { useIntents, useStudio } from '../store/context.ts'
import { schemeIds, schemeLabel } from '../store/recipe.ts'
import { FLOAT_WIDTH } from '../store/state.ts'
import { canRun, stepState } from '../store/steps.ts'
import { Button } from '../ui/Button.tsx'
import { Panel } from '../ui/Panel.tsx'
import { RadioGroup } from '../ui/RadioGroup.tsx'
import { words } from '../words.ts'
import styles from './QuantizePanel.module.css'
import { StageOptions } from './StageOptions.tsx'

/** Drawn here, as the bit width. */
const DRAWN_HERE = ['scheme']

export function QuantizePanel() {
  const state = useStudio((studio) => stepState(studio, 'quantize'))
  const definitions = useStudio((studio) => studio.catalog?.stages.quantize)
  const catalog = useStudio((studio) => studio.catalog)
  const width = useStudio((studio) => studio.bitWidth)
  const isReady = useStudio(canRun)
  const { run, chooseBitWidth } = useIntents()
  const { quantize } = words
  const choices = [
    { value: FLOAT_WIDTH, label: quantize.float },
    ...schemeIds({ catalog }).map((id) => ({ value: id, label: schemeLabel({ catalog }, id) })),
  ]
  const scheme = catalog?.schemes.find(({ id }) => id === width)
  return (
    <Panel
      step="quantize"
      state={state}
      lead={quantize.lead}
      action={
        <Button
          look="primary"
          disabled={!isReady}
          title={scheme ? quantize.hintOne(scheme.label) : quantize.hintFloat}
          onClick={() => run('quantize')}
        >
          {quantize.button}
        </Button>
      }
    >
      <div className={styles.width}>
        <span className={styles.label} aria-hidden="true">
          {quantize.width}
        </span>
        <RadioGroup label={quantize.width} choices={choices} value={width} onChange={chooseBitWidth} />
      </div>
      <p className={styles.help}>{scheme?.help ?? quantize.floatHelp}</p>
      {definitions && <StageOptions kind="quantize" definitions={definitions} except={DRAWN_HERE} />}
    </Panel>
  )
}
