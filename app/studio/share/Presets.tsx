// Ready-made settings; each says what it sets, and nothing is run.
import { useIntents, useStudio } from '../store/context.ts'
import { PRESETS } from '../store/presets.ts'
import { schemeLabel } from '../store/recipe.ts'
import { FLOAT_WIDTH } from '../store/state.ts'
import { Button } from '../ui/Button.tsx'
import { percent } from '../ui/format.ts'
import { words } from '../words.ts'
import styles from './RecipeActions.module.css'

export function Presets() {
  const catalog = useStudio((state) => state.catalog)
  const { takePreset } = useIntents()
  const { presets } = words
  return (
    <section className={styles.actions} aria-label={presets.title}>
      <h2 className={styles.title}>{presets.title}</h2>
      {PRESETS.map((preset) => {
        const width =
          preset.bitWidth === FLOAT_WIDTH ? FLOAT_WIDTH : schemeLabel({ catalog }, preset.bitWidth)
        const sets = presets.sets(percent(preset.pruningRatio, 0), width, preset.groupSize)
        return (
          <Button
            look="quiet"
            key={preset.id}
            title={sets}
            disabled={!catalog}
            onClick={() => takePreset(preset)}
          >
            {presets.names[preset.id]}
            <span className="readers-only">. {sets}</span>
          </Button>
        )
      })}
    </section>
  )
}
