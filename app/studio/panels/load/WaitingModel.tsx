// A model that does not fit: what its header says, the numbers, and the choice to load it all the same.
import { useIntents, useStudio } from '../../store/context.ts'
import { Button } from '../../ui/Button.tsx'
import { words } from '../../words.ts'
import { ModelFacts } from '../ModelFacts.tsx'
import { FitFacts } from './FitFacts.tsx'
import styles from './WaitingModel.module.css'

export function WaitingModel() {
  const inspected = useStudio((state) => state.opening.inspected)
  const isFree = useStudio((state) => state.activity.state === 'idle')
  const { loadAnyway, forgetInspected } = useIntents()
  if (!inspected?.isWaiting) return null
  const { opening } = words
  return (
    <section className={styles.waiting} aria-labelledby="waiting-title">
      <p id="waiting-title" className={styles.title} role="status">
        {opening.waiting(inspected.model.name)}
      </p>
      <ModelFacts model={inspected.model} />
      <FitFacts fit={inspected.fit} />
      <div className={styles.choices}>
        <Button title={opening.anywayHint} disabled={!isFree} onClick={loadAnyway}>
          {opening.anyway}
        </Button>
        <Button look="quiet" onClick={forgetInspected}>
          {opening.leave}
        </Button>
      </div>
    </section>
  )
}
