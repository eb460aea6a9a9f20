// What a head attends to in a text of the user's: the teacher's and the student's, of the same layer, next to each other.
import { useState } from 'react'
import type { RowKey } from '../../engine/protocol.ts'
import { useStudio } from '../store/context.ts'
import { isAnswerStale } from '../store/insight-views.ts'
import { exact } from '../ui/format.ts'
import { words } from '../words.ts'
import { AttentionForm } from './AttentionForm.tsx'
import { AttentionPair } from './AttentionPair.tsx'
import styles from './AttentionView.module.css'
import view from './View.module.css'

export function AttentionView({ student }: { readonly student: RowKey | undefined }) {
  const attention = useStudio((state) => state.insight.attention)
  const isWaiting = useStudio((state) => state.insight.waiting.includes('attention'))
  const isOld = useStudio((state) => student !== undefined && isAnswerStale(state, 'attention', student))
  const [layer, setLayer] = useState(0)
  const [head, setHead] = useState<number>()
  const { attention: terms } = words.insight
  return (
    <div className={view.view}>
      <AttentionForm />
      {isWaiting && <p className={view.note}>{terms.waiting}</p>}
      {!attention && !isWaiting && <p className={view.note}>{terms.empty}</p>}
      {attention && (
        <>
          {isOld && <p className={styles.stale}>{terms.again}</p>}
          {attention.cutTokens > 0 && (
            <p className={view.note}>
              {terms.cut(
                exact(attention.tokens.length),
                exact(attention.tokens.length + attention.cutTokens),
              )}
            </p>
          )}
          <AttentionPair
            key={attention.text}
            attention={attention}
            student={student}
            at={{ layer, head }}
            onLayer={setLayer}
            onHead={setHead}
          />
        </>
      )}
    </div>
  )
}
