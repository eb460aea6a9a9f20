// What the screen derives from a closer look: which student it is of, what is stale, what to ask next.
import type { Command, Event, RowKey } from '../../engine/protocol.ts'
import { isStale } from './comparison.ts'
import type { Insight } from './insight.ts'
import type { StudioState } from './state.ts'
import { isGpuReady } from './steps.ts'

/** Whether what an answer says of a row no longer belongs to the row's model or to the present settings. */
export function isAnswerStale(state: StudioState, answer: keyof Insight['outdated'], key: RowKey): boolean {
  return (
    state.insight.outdated[answer].includes(key) ||
    (key !== 'teacher' && !state.rows[key]) ||
    isStale(state, key)
  )
}

/** Students that are in the table, in the order in which they were made. */
export function studentKeys(rows: StudioState['rows']): readonly RowKey[] {
  return (Object.keys(rows) as RowKey[]).filter((key) => key !== 'teacher')
}

/** The student under the glass: the one chosen while it is there, else that of the differences, else the last. */
export function inspectedKey({ insight, rows }: StudioState): RowKey | undefined {
  const { chosen, differences } = insight
  const wanted = [chosen, differences?.key].find((key) => key !== undefined && rows[key] !== undefined)
  return wanted ?? studentKeys(rows).at(-1)
}

/** The question that a new row raises: how the student under the glass, or the newest if none was chosen, differs. */
export function questionOf(state: StudioState, event: Event): Command | undefined {
  if (event.type !== 'row' || event.key === 'teacher') return undefined
  const { chosen } = state.insight
  const isOther = chosen !== undefined && chosen !== event.key && state.rows[chosen] !== undefined
  return isOther ? undefined : { type: 'differences', key: event.key }
}

/** Whether a text can be asked about; while a stage runs, the answer comes after it. */
export function canAsk(state: StudioState): boolean {
  return state.model !== undefined && isGpuReady(state)
}
