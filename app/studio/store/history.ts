// Every measured result with the settings that made it: what the trade-off charts draw and what a click restores.
import type { ModelRow, RowKey } from '../../engine/protocol.ts'
import { isStale } from './comparison.ts'
import type { Launch, Result, StudioState } from './state.ts'

/** A chart with more dots says no more, and a session that is kept must stay small. */
export const MAX_RESULTS = 200

type Measured = Pick<Result, 'key' | 'row' | 'launches'>

/**
 * Adds a result. One that was only measured again, by the same stages and with the same answers, takes the place of
 * the older one. Beyond MAX_RESULTS the oldest student goes; the teacher stays.
 */
export function remember(state: StudioState, measured: Measured): readonly Result[] {
  const subject = subjectOf(state)
  const result = { ...measured, seed: state.seed, subject }
  const again = state.history.find((known) => isSame(known, result))
  if (again) return [...state.history.filter((known) => known !== again), { ...result, id: again.id }]
  const id = state.history.reduce((most, known) => Math.max(most, known.id + 1), 0)
  return capped([...state.history, { ...result, id }], subject)
}

/** Stages that a new row stands on, then its own; empty if one of them is not known. */
export function chainOf(
  { rows }: Pick<StudioState, 'rows'>,
  key: RowKey,
  launch: Launch | undefined,
): readonly Launch[] {
  if (!launch || key === 'teacher') return []
  const before: readonly RowKey[] = ['distill', 'prune']
  const standing = before
    .slice(0, key === 'distill' ? 0 : key === 'prune' ? 1 : 2)
    .map((base) => rows[base])
    .filter((entry) => entry !== undefined && !entry.isOutdated)
  const launches = standing.map((entry) => entry?.launch)
  return launches.every((found) => found !== undefined) ? [...launches, launch] : []
}

/** What results must share to be drawn on one chart. The seed decides the split where there are no test rows. */
export function subjectOf({ model, data, seed }: Pick<StudioState, 'model' | 'data' | 'seed'>): string {
  if (!model || !data) return ''
  const { name, text, label, train, validation, test, tokens } = data
  const split = test > 0 ? [test] : [train, validation, seed]
  return JSON.stringify([
    model.name,
    model.parameters,
    name,
    text,
    label,
    ...split,
    tokens.cut > 0 ? tokens.limit : 0,
  ])
}

export interface DrawnResult extends Result {
  /** It is in the table now, for the present settings. */
  readonly isCurrent: boolean
}

/** Selector of the results of the present model and data; hands out the same list while nothing in it changed. */
export function createDrawnResults(): (state: StudioState) => readonly DrawnResult[] {
  let seen: readonly unknown[] = []
  let drawn: readonly DrawnResult[] = []
  return (state) => {
    const { history, rows, settings, seed, model, data } = state
    const inputs = [history, rows, settings, seed, model, data]
    if (seen.length === 0 || inputs.some((input, i) => input !== seen[i])) {
      seen = inputs
      const next = drawnResults(state)
      if (!isSameList(drawn, next)) drawn = next
    }
    return drawn
  }
}

/** A slider that moves makes new settings at each step; a chart need not be drawn again for that. */
function isSameList(before: readonly DrawnResult[], after: readonly DrawnResult[]): boolean {
  return (
    before.length === after.length &&
    before.every(({ id, row, isCurrent, isCancelled }, i) => {
      const other = after[i]
      return (
        other?.id === id &&
        other.row === row &&
        other.isCurrent === isCurrent &&
        other.isCancelled === isCancelled
      )
    })
  )
}

function drawnResults(state: StudioState): readonly DrawnResult[] {
  const subject = subjectOf(state)
  return state.history
    .filter((result) => result.subject === subject)
    .map((result) => ({ ...result, isCurrent: isCurrent(state, result) }))
}

function isCurrent(state: StudioState, { key, row }: Result): boolean {
  const entry = state.rows[key]
  // The cheap question first: this runs for every result at every step of a slider.
  return entry !== undefined && isSameRow(entry.row, row) && !isStale(state, key)
}

/** Settings as they were when a result was made. Stages that it did without keep theirs; nothing is run. */
export function restored(
  state: StudioState,
  { launches, seed }: Result,
): Pick<StudioState, 'settings' | 'seed' | 'bitWidth' | 'isPrunePlanned'> {
  const settings = { ...state.settings }
  let { bitWidth, isPrunePlanned } = state
  for (const { stage } of launches) {
    const { kind, ...options } = stage
    settings[kind] = { ...settings[kind], ...options }
    if (kind === 'prune') isPrunePlanned = true
    if (kind === 'quantize') bitWidth = String(stage.scheme)
  }
  return { settings, seed, bitWidth, isPrunePlanned }
}

/** A run that was cancelled after it had told a row: that row, the newest, is only the best that it had reached. */
export function markCancelledResult(
  { history, rows }: Pick<StudioState, 'history' | 'rows'>,
  stage: string | undefined,
): readonly Result[] {
  const last = history.at(-1)
  const entry = last && rows[last.key]
  if (!last || !entry || last.row.stage !== stage || entry.isOutdated || entry.row !== last.row)
    return history
  return [...history.slice(0, -1), { ...last, isCancelled: true }]
}

function isSame(known: Result, other: Omit<Result, 'id'>): boolean {
  return (
    known.key === other.key &&
    known.subject === other.subject &&
    JSON.stringify(known.launches) === JSON.stringify(other.launches) &&
    (known.launches.length > 0 || known.key === 'teacher' || known.row.bytes === other.row.bytes) &&
    known.row.accuracy === other.row.accuracy &&
    known.row.agreement === other.row.agreement &&
    known.row.kl === other.row.kl
  )
}

/** Same model measured at the same time: a session that was kept and read back holds equal rows, not the same ones. */
function isSameRow(a: ModelRow, b: ModelRow): boolean {
  return (
    a === b ||
    (a.bytes === b.bytes &&
      a.kl === b.kl &&
      a.accuracy === b.accuracy &&
      a.latency_ms.p50 === b.latency_ms.p50)
  )
}

function capped(history: readonly Result[], subject: string): readonly Result[] {
  if (history.length <= MAX_RESULTS) return history
  const student = history.findIndex(({ key }) => key !== 'teacher')
  const oldest = student >= 0 ? student : history.findIndex((result) => result.subject !== subject)
  return history.filter((_, i) => i !== oldest)
}
