// Step 5: the bit width, and what the chosen scheme can be told.
import { useIntents, useStudio } from '../store/context.ts'
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
  const schemes = useStudio((studio) => studio.catalog?.schemes)
  const width = useStudio((studio) => studio.bitWidth)
  const isReady = useStudio(canRun)
  const { run, chooseBitWidth } = useIntents()
  const { quantize } = words
  const choices = [
    { value: FLOAT_WIDTH, label: quantize.float },
    ...(schemes ?? []).map(({ id }) => ({ value: id, label: words.scheme(id) })),
  ]
  const help = schemes?.find(({ id }) => id === width)?.help
  return (
    <Panel step="quantize" state={state} lead={quantize.lead}>
      <div className={styles.width}>
        <span className={styles.label} aria-hidden="true">
          {quantize.width}
        </span>
        <RadioGroup label={quantize.width} choices={choices} value={width} onChange={chooseBitWidth} />
        {help && <p className={styles.help}>{help}</p>}
      </div>
      {definitions && <StageOptions kind="quantize" definitions={definitions} except={DRAWN_HERE} />}
      <Button
        look="primary"
        disabled={!isReady}
        title={width === FLOAT_WIDTH ? quantize.hintFloat : quantize.hintOne(words.scheme(width))}
        onClick={() => run('quantize')}
      >
        {quantize.button}
      </Button>
    </Panel>
  )
}
