// The differences of one student, if the engine has told them.
import type { Differences, RowKey } from '../../engine/protocol.ts'
import { useStudio } from '../store/context.ts'
import { isAnswerStale } from '../store/insight-views.ts'

export function useDifferences(student: RowKey | undefined): {
  readonly found: Differences | undefined
  readonly isStale: boolean
} {
  const told = useStudio((state) => state.insight.differences)
  const isStale = useStudio((state) =>
    student === undefined ? false : isAnswerStale(state, 'differences', student),
  )
  return { found: told?.key === student ? told?.differences : undefined, isStale }
}
