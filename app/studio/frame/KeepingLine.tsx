// One line under the run bar: whether the work can be gone on with after a reload, and if not, why.
import { useStudio } from '../store/context.ts'
import { isTraining, type KeepingState } from '../store/keeping.ts'
import { bytes } from '../ui/format.ts'
import { words } from '../words.ts'
import styles from './KeepingLine.module.css'
import { NotifyChoice } from './NotifyChoice.tsx'

export function KeepingLine() {
  const state = useStudio((studio) => studio.keeping)
  const isBusy = useStudio(isTraining)
  const text = keepingText(state)
  if (!text && !isBusy) return null
  return (
    <div className={styles.line}>
      {text && (
        <p className={styles.text} data-keeping={state.keeping}>
          {text}
        </p>
      )}
      {isBusy && <NotifyChoice />}
    </div>
  )
}

function keepingText({ keeping, bytes: kept = 0, room = 0 }: KeepingState): string | undefined {
  const text = words.keeping
  switch (keeping) {
    case 'kept':
      return text.kept(bytes(kept))
    case 'without-files':
      return text.withoutFiles(bytes(kept), bytes(room))
    case 'full':
      return text.full(bytes(room))
    case 'other-tab':
      return text.otherTab
    case 'unavailable':
      return text.unavailable
    default:
      return undefined
  }
}
