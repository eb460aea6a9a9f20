// Whether distilling fits with the present settings, and the changes that make it fit, one press each.
import type { FitLever } from '../../engine/protocol.ts'
import { useIntents, useStudio } from '../store/context.ts'
import { Button } from '../ui/Button.tsx'
import { bytes, exact } from '../ui/format.ts'
import { words } from '../words.ts'
import styles from './DistillFit.module.css'
import { leverText } from './load/FitFacts.tsx'

export function DistillFit() {
  const inspected = useStudio((state) => state.opening.inspected)
  const isOpen = useStudio((state) => state.model !== undefined)
  const hasData = useStudio((state) => state.data !== undefined)
  const { setOption, commitOption } = useIntents()
  const verdict = inspected?.fit.find(({ task }) => task === 'distill')
  if (!isOpen || !verdict || inspected?.isWaiting) return null
  const { needed, budget, fits, levers } = verdict
  const take = ({ changes: { max_length, ...distill } }: FitLever) => {
    for (const [key, value] of Object.entries(distill)) commitOption('distill', key, value)
    // Data that is open is read again at once; without any, the length waits for it.
    if (max_length !== undefined) (hasData ? commitOption : setOption)('data', 'max_length', max_length)
  }
  const { distill, opening } = words
  return (
    <div className={styles.fit} data-fits={fits}>
      <p className={styles.text} title={`${exact(needed)} / ${exact(budget)}`}>
        {fits ? distill.fits(bytes(needed), bytes(budget)) : distill.fitsNot(bytes(needed), bytes(budget))}
      </p>
      {!fits && levers.length === 0 && <p className={styles.text}>{opening.noLever}</p>}
      {levers.map((lever) => (
        <Button key={JSON.stringify(lever.changes)} onClick={() => take(lever)}>
          {distill.take(leverText(lever))}
        </Button>
      ))}
    </div>
  )
}
