// Says that a lost GPU is being opened again, and at which step a training went on.
import { useIntents, useStudio } from '../store/context.ts'
import type { KeepingNotice } from '../store/keeping.ts'
import { Button } from '../ui/Button.tsx'
import { exact } from '../ui/format.ts'
import { words } from '../words.ts'
import styles from './KeptNotice.module.css'

export function KeptNotice() {
  const notice = useStudio((state) => state.keeping.notice)
  const { dismissKeepingNotice } = useIntents()
  return (
    <div role="status" aria-label={words.keeping.label}>
      {notice && (
        <div className={styles.notice}>
          <p className={styles.text}>{noticeText(notice)}</p>
          {notice.kind !== 'recovering' && (
            <Button look="quiet" onClick={dismissKeepingNotice}>
              {words.errors.dismiss}
            </Button>
          )}
        </div>
      )}
    </div>
  )
}

function noticeText(notice: KeepingNotice): string {
  const { keeping, activity } = words
  switch (notice.kind) {
    case 'recovering':
    case 'recovered':
      return keeping[notice.kind]
    case 'restored':
      return withAdapter(keeping.restored[notice.reason], notice)
    case 'resumed': {
      const { stage, step, steps, reason } = notice
      return withAdapter(keeping.resumed[reason](activity(stage), exact(step), exact(steps)), notice)
    }
  }
}

const withAdapter = (text: string, { isOtherAdapter }: { readonly isOtherAdapter: boolean }) =>
  isOtherAdapter ? `${text} ${words.keeping.otherAdapter}` : text
