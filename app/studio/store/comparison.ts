// The rows of the comparison table: measured where measured, else sizes worked out from the shapes.
import {
  type ModelRow,
  type ModelSpec,
  multiplyAdds,
  type OptionValues,
  type RowKey,
  type StageKind,
} from '../../engine/protocol.ts'
import { distilledSpec, floatSizes, prunedSpec, quantizedSizes, type Sizes } from './estimates.ts'
import { schemeIds, schemeLabel } from './recipe.ts'
import type { RowEntry, StudioState } from './state.ts'

export interface ComparisonRow {
  readonly key: string
  readonly slot: 'teacher' | StageKind
  /** Of quantized rows. */
  readonly scheme?: string
  /** The catalog's name of the scheme. */
  readonly schemeLabel?: string
  readonly groupSize?: number
  readonly sizes?: Sizes
  /** The last measurement, if there was one; see `isStale`. */
  readonly measured?: ModelRow
  /** Accuracy, latency and what follows from them are still to be measured for the present settings. */
  readonly isStale: boolean
  /** A student without recovery training. */
  readonly isUntrained: boolean
  /** The best that a cancelled run had reached. */
  readonly isCancelled?: boolean
  readonly isRunning: boolean
}

/** Tokens that latency and multiply-adds are stated at before the teacher row says otherwise. */
const DEFAULT_TOKENS = 32

/** Recomputes only when something that the table shows has changed: the selector of a hook must be stable. */
export function createComparison(): (state: StudioState) => readonly ComparisonRow[] {
  let seen: readonly unknown[] = []
  let rows: readonly ComparisonRow[] = []
  return (state) => {
    const { model, settings, activity, catalog, isPrunePlanned, launches, seed, progress } = state
    const plan = [settings, isPrunePlanned, launches, seed]
    const inputs = [model, state.rows, activity, catalog, progress?.stage, ...plan]
    if (inputs.some((input, i) => input !== seen[i]) || seen.length === 0) {
      seen = inputs
      rows = comparisonRows(state)
    }
    return rows
  }
}

export function comparisonRows(state: StudioState): readonly ComparisonRow[] {
  const { model } = state
  return [
    measuredRow(state, 'teacher', model && floatSizes(model.spec, tokensOf(state))),
    measuredRow(
      state,
      'distill',
      model && estimate(state, distilledSpec(model.spec, state.settings.distill)),
    ),
    measuredRow(state, 'prune', model && estimate(state, plannedPrune(state, model.spec))),
    ...schemeIds(state).flatMap((scheme) => quantizedRows(state, scheme)),
  ]
}

/** Whether the numbers of a row no longer belong to the present settings of its stage or of one before it. */
export function isStale(state: StudioState, key: RowKey): boolean {
  const entry = state.rows[key]
  if (!entry) return false
  if (entry.isOutdated) return true
  if (key === 'teacher') return false
  const kind = entry.row.stage
  if (kind !== 'teacher' && entry.launch && !hasSettings(entry, state.settings[kind])) return true
  if (kind !== 'quantize' && entry.launch && entry.launch.seed !== state.seed) return true
  if (key === 'distill') return false
  return key === 'prune' ? isStale(state, 'distill') : isStale(state, 'prune') || isStale(state, 'distill')
}

/** Scheme and group size name a quantized row, so another choice of them does not make it stale. */
function hasSettings({ launch, row }: RowEntry, settings: OptionValues): boolean {
  const naming = row.stage === 'quantize' ? ['scheme', 'group_size'] : []
  const isBeside = (key: string) =>
    naming.includes(key) || (launch?.untrained === true && key.startsWith('recovery.'))
  const launched: Readonly<Record<string, unknown>> = launch?.stage ?? {}
  return Object.entries(settings).every(
    ([key, value]) => isBeside(key) || JSON.stringify(launched[key]) === JSON.stringify(value),
  )
}

function tokensOf(state: StudioState): number {
  return state.rows.teacher?.row.latency_ms.tokens ?? DEFAULT_TOKENS
}

/** Sizes of a shape, scaled so that the teacher's own multiply-adds come out as they were reported. */
function estimate(state: StudioState, spec: ModelSpec): Sizes {
  return scaled(state, floatSizes(spec, tokensOf(state)))
}

function scaled(state: StudioState, sizes: Sizes): Sizes {
  const reported = state.rows.teacher?.row.multiply_adds
  if (!reported || !state.model) return sizes
  const ownTeacher = multiplyAdds(state.model.spec, tokensOf(state))
  return { ...sizes, multiplyAdds: Math.round((sizes.multiplyAdds * reported) / ownTeacher) }
}

/** What pruning would start from: the distilled student if there is or will be one, else the teacher. */
function pruneBase(state: StudioState, teacher: ModelSpec): ModelSpec {
  const { distill } = state.rows
  if (distill && !distill.isOutdated) return { ...teacher, layers: distill.row.layers }
  return isUnderWay(state, 'distill') ? distilledSpec(teacher, state.settings.distill) : teacher
}

function plannedPrune(state: StudioState, teacher: ModelSpec): ModelSpec {
  return prunedSpec(pruneBase(state, teacher), state.settings.prune)
}

function isUnderWay({ activity, launches }: StudioState, kind: StageKind): boolean {
  return activity.state !== 'idle' && launches.some(({ stage }) => stage.kind === kind)
}

/** What quantizing would start from: the pruned student, measured or planned, else what comes before it. */
function quantizeBase(state: StudioState, teacher: ModelSpec): ModelSpec {
  const pruned = state.rows.prune
  if (pruned && !isStale(state, 'prune')) return { ...teacher, layers: pruned.row.layers }
  const isPlanned = pruned || state.isPrunePlanned || isUnderWay(state, 'prune')
  return isPlanned ? plannedPrune(state, teacher) : pruneBase(state, teacher)
}

function measuredRow(
  state: StudioState,
  key: 'teacher' | 'distill' | 'prune',
  estimated?: Sizes,
): ComparisonRow {
  const entry = state.rows[key]
  const stale = !entry || isStale(state, key)
  const isSizeKnown = entry !== undefined && (!stale || key === 'teacher')
  const sizes = isSizeKnown ? rowSizes(entry.row) : estimated
  return {
    key,
    slot: key,
    ...(sizes ? { sizes } : {}),
    ...(entry ? { measured: entry.row } : {}),
    isStale: stale,
    isUntrained: entry?.launch?.untrained === true,
    ...(entry?.isCancelled ? { isCancelled: true } : {}),
    isRunning: isBusyWith(state, key),
  }
}

function quantizedRows(state: StudioState, scheme: string): readonly ComparisonRow[] {
  const { model } = state
  const settings: OptionValues = { ...state.settings.quantize, scheme }
  const base = model && quantizeBase(state, model.spec)
  const sizesOf = (groupSize?: number) => {
    const options = groupSize === undefined ? settings : { ...settings, group_size: groupSize }
    return base && scaled(state, quantizedSizes(base, options, tokensOf(state)))
  }
  const found = (Object.entries(state.rows) as [RowKey, RowEntry][]).filter(
    ([, { row }]) => row.stage === 'quantize' && row.scheme === scheme,
  )
  const isRunning = isBusyWith(state, 'quantize', scheme)
  const naming = { slot: 'quantize', scheme, schemeLabel: schemeLabel(state, scheme) } as const
  if (found.length === 0) return [emptyRow({ ...naming, key: scheme, isRunning }, sizesOf())]
  return found
    .map(([key, { row }]): ComparisonRow => {
      const stale = isStale(state, key)
      const sizes = stale ? sizesOf(row.group_size) : rowSizes(row)
      return {
        ...emptyRow({ ...naming, key, isRunning: isRunning && stale }, sizes),
        ...(row.group_size === undefined ? {} : { groupSize: row.group_size }),
        measured: row,
        isStale: stale,
      }
    })
    .sort((a, b) => (a.groupSize ?? 0) - (b.groupSize ?? 0))
}

function emptyRow(
  base: Pick<ComparisonRow, 'key' | 'slot' | 'scheme' | 'schemeLabel' | 'isRunning'>,
  sizes?: Sizes,
): ComparisonRow {
  return { ...base, ...(sizes ? { sizes } : {}), isStale: true, isUntrained: false }
}

function rowSizes(row: ModelRow): Sizes {
  return {
    parameters: row.parameters,
    bytes: row.bytes,
    multiplyAdds: row.multiply_adds,
    isEstimate: false,
  }
}

function isBusyWith(state: StudioState, slot: 'teacher' | StageKind, scheme?: string): boolean {
  const { activity, launches } = state
  if (activity.state === 'idle') return false
  // The teacher is measured as part of opening; only the progress tells.
  if (slot === 'teacher') return state.progress?.stage === 'teacher'
  if (activity.stage !== slot) return false
  return scheme === undefined || launches.some(({ stage }) => stage.scheme === scheme)
}
