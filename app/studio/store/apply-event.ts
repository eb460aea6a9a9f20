// The fold of engine events into the studio's state: pure, so that a run can be tested without a GPU or a page.
import type {
  Catalog,
  ErrorReport,
  Event,
  LossPoint,
  OptionDefinition,
  Recipe,
  RowKey,
} from '../../engine/protocol.ts'
import { applyExported } from './exporting.ts'
import { chainOf, markCancelledResult, remember } from './history.ts'
import { applyInsight } from './insight.ts'
import { applyKeeping } from './keeping.ts'
import { thinCurve } from './loss-curve.ts'
import { applyOpening } from './opening.ts'
import { FLOAT_WIDTH, type Launch, type RowEntry, type StudioState } from './state.ts'

/** A longer curve is thinned to half as many; drawing thins it further. */
export const MAX_LOSS_POINTS = 5000

/** Ten minutes, at one a second. */
const MAX_MEMORY_POINTS = 600

/** Failures after which the engine takes no more commands. */
export function isFatal({ code }: ErrorReport): boolean {
  return code === 'no-webgpu' || code === 'no-adapter' || code === 'device-lost'
}

export function applyEvent(state: StudioState, event: Event): StudioState {
  const insight = applyInsight(state.insight, event)
  const opening = applyOpening(state.opening, event)
  const keeping = applyKeeping(state.keeping, event)
  const isSame = insight === state.insight && opening === state.opening && keeping === state.keeping
  return applyToRest(isSame ? state : { ...state, insight, opening, keeping }, event)
}

function applyToRest(state: StudioState, event: Event): StudioState {
  switch (event.type) {
    case 'differences':
    case 'attention':
    case 'inspected':
    case 'fit':
    case 'reported':
    case 'hub-listing':
    case 'kept':
    case 'keeping':
    case 'offer':
    case 'recovering':
    case 'resumed':
      return state
    case 'restored':
      return applyRestored(state, event)
    case 'catalog':
      return applyCatalog(state, event.catalog)
    case 'gpu': {
      const { type: _, ...gpu } = event
      return { ...state, gpu, gpuFault: undefined }
    }
    case 'self-test': {
      const { type: _, ...tested } = event
      return state.gpu ? { ...state, gpu: { ...state.gpu, ...tested } } : state
    }
    case 'memory': {
      const { type: _, ...memory } = event
      const { seconds, now } = event
      return { ...state, memory, memoryLog: [...state.memoryLog, { seconds, now }].slice(-MAX_MEMORY_POINTS) }
    }
    case 'model':
      return {
        ...withoutModel(state),
        model: event.model,
        news: { kind: 'model', name: event.model.name },
      }
    case 'model-closed':
      return { ...withoutModel(state), news: { kind: 'closed' } }
    case 'data':
      return { ...state, data: event.data, rows: outdate(state.rows, () => true) }
    case 'data-closed':
      return { ...outdateExport(state), data: undefined, rows: outdate(state.rows, () => true) }
    case 'recipe':
      return applyRecipe(state, event.recipe)
    case 'row':
      return applyRow(state, event)
    case 'dropped':
      return { ...outdateExport(state), rows: outdate(state.rows, (key) => event.keys.includes(key)) }
    case 'progress':
      return { ...state, progress: event.progress }
    case 'loss':
      return applyLosses(state, event.points)
    case 'importance':
      return { ...state, importance: event.layers }
    case 'state':
      return applyActivity(state, event)
    case 'exported':
      return {
        ...state,
        exported: applyExported(state.exported, event),
        news: { kind: 'exported', name: event.name },
      }
    case 'verified':
    case 'uploaded':
      return { ...state, exported: applyExported(state.exported, event) }
    case 'predicted':
      return { ...state, predictions: { text: event.text, predictions: event.predictions } }
    case 'device-measured':
      return { ...state, device: event.report, alerts: settled(state, 'device') }
    case 'error':
      return applyError(state, event)
  }
}

/** Settings, results and everything else that outlives a model. */
function withoutModel(state: StudioState): StudioState {
  return {
    ...state,
    model: undefined,
    data: undefined,
    rows: {},
    losses: {},
    lossStage: undefined,
    importance: undefined,
    launches: [],
    exported: undefined,
    predictions: undefined,
    alerts: settled(state, 'open'),
  }
}

export function defaultsOf(definitions: readonly OptionDefinition[]) {
  return Object.fromEntries(definitions.map((definition) => [definition.key, definition.default]))
}

/** Marks rows outdated; the numbers stay, since an old number in grey says more than a gap. */
export function outdate(rows: StudioState['rows'], matches: (key: RowKey) => boolean): StudioState['rows'] {
  const marked = Object.entries(rows).map(([key, entry]) => [
    key,
    matches(key as RowKey) ? { ...entry, isOutdated: true } : entry,
  ])
  return Object.fromEntries(marked)
}

function applyCatalog(state: StudioState, catalog: Catalog): StudioState {
  const { distill, prune, quantize } = catalog.stages
  const withDefaults = (kind: keyof StudioState['settings'], definitions: readonly OptionDefinition[]) => ({
    ...defaultsOf(definitions),
    ...state.settings[kind],
  })
  return {
    ...state,
    catalog,
    settings: {
      distill: withDefaults('distill', distill),
      prune: withDefaults('prune', prune),
      quantize: withDefaults('quantize', quantize),
      data: withDefaults('data', catalog.data),
    },
    chosenExports: catalog.exports.flatMap(({ id, precisions }) =>
      precisions.map((precision) => `${id}/${precision.id}`),
    ),
  }
}

/** Takes over what a recipe says; of several quantize stages, later ones add to what earlier ones leave open. */
function applyRecipe(state: StudioState, recipe: Recipe): StudioState {
  const settings = { ...state.settings }
  for (const { kind, ...options } of recipe.stages) settings[kind] = { ...settings[kind], ...options }
  const { validation, max_length } = recipe.data
  settings.data = { ...settings.data, validation, max_length }
  const exports = recipe.export.map(({ format, precision }) => `${format}/${precision}`)
  return {
    ...state,
    settings,
    seed: recipe.seed,
    chosenExports: exports.length > 0 ? exports : state.chosenExports,
  }
}

function applyRow(state: StudioState, { key, row }: Extract<Event, { type: 'row' }>): StudioState {
  const launch = state.launches.find((candidate) => makes(candidate, row))
  const entry: RowEntry = { row, isOutdated: false, ...(launch ? { launch } : {}) }
  return {
    ...outdateExport(state),
    rows: { ...state.rows, [key]: entry },
    history: remember(state, { key, row, launches: chainOf(state, key, launch) }),
    alerts: settled(state, row.stage),
    news: { kind: 'row', key },
  }
}

/** Rows that came back know again how they were made, and the choices on the page follow them. */
function applyRestored(
  state: StudioState,
  { launches, cancelled }: Extract<Event, { type: 'restored' }>,
): StudioState {
  const entries = Object.entries(state.rows) as [RowKey, RowEntry][]
  const rows = entries.map(([key, entry]) => {
    const launch = launches.find((candidate) => makes(candidate, entry.row))
    const isCancelled = cancelled.includes(key)
    return [key, { ...entry, ...(launch ? { launch } : {}), ...(isCancelled ? { isCancelled } : {}) }]
  })
  const width = launches.find(({ stage }) => stage.kind === 'quantize')?.stage.scheme
  return {
    ...state,
    launches,
    rows: Object.fromEntries(rows),
    bitWidth: state.bitWidth === FLOAT_WIDTH && typeof width === 'string' ? width : state.bitWidth,
    isPrunePlanned: state.isPrunePlanned || launches.some(({ stage }) => stage.kind === 'prune'),
  }
}

/** What went wrong before in a stage is over once it succeeds. */
function settled(state: StudioState, stage: string): StudioState['alerts'] {
  return state.alerts.filter((alert) => alert.stage !== stage)
}

/** Whether a launch is the one that leads to a row: same stage, and for quantized rows the same scheme. */
export function makes({ stage }: Launch, row: RowEntry['row']): boolean {
  if (stage.kind !== row.stage) return false
  if (stage.kind !== 'quantize') return true
  return stage.scheme === row.scheme && (row.group_size === undefined || stage.group_size === row.group_size)
}

function outdateExport(state: StudioState): StudioState {
  return state.exported ? { ...state, exported: { ...state.exported, isOutdated: true } } : state
}

function applyLosses(state: StudioState, points: readonly LossPoint[]): StudioState {
  const [first] = points
  if (!first) return state
  const before = state.losses[first.stage] ?? []
  const last = before.at(-1)
  // A step is told twice when it is validated; only an earlier step means that a new run began.
  const kept = last && first.step < last.step ? [] : before.filter(({ step }) => step !== first.step)
  return {
    ...state,
    lossStage: first.stage,
    losses: { ...state.losses, [first.stage]: thinned([...kept, ...points]) },
  }
}

function thinned(points: readonly LossPoint[]): readonly LossPoint[] {
  return points.length > MAX_LOSS_POINTS ? thinCurve(points, MAX_LOSS_POINTS / 2) : points
}

function applyActivity(state: StudioState, event: Extract<Event, { type: 'state' }>): StudioState {
  const { state: next } = event
  // A pause and its end name no stage: it is still the one that was under way.
  const stage = event.stage ?? state.activity.stage
  const activity = next !== 'idle' && stage ? { state: next, stage } : { state: next }
  const isSame = activity.state === state.activity.state && activity.stage === state.activity.stage
  const base: StudioState = {
    ...state,
    activity,
    failed:
      activity.state === 'running' ? state.failed.filter((stage) => stage !== activity.stage) : state.failed,
  }
  if (isSame) return base
  return {
    ...base,
    ...(activity.state === 'idle' ? { progress: undefined } : {}),
    news: { kind: 'state', state: activity.state, ...(stage ? { stage } : {}) },
  }
}

/** A cancelled run that kept its best model has told its row already; the row is to say that it is not the whole run. */
function markCancelled({ rows, activity }: StudioState, stage: string | undefined): StudioState['rows'] {
  const where = activity.stage ?? stage
  const entries = Object.entries(rows) as [RowKey, RowEntry][]
  const marked = entries.map(([key, entry]) => [
    key,
    entry.row.stage === where && !entry.isOutdated ? { ...entry, isCancelled: true } : entry,
  ])
  return Object.fromEntries(marked)
}

function applyError(state: StudioState, { error, stage }: Extract<Event, { type: 'error' }>): StudioState {
  if (error.code === 'cancelled')
    return {
      ...state,
      rows: markCancelled(state, stage),
      history: markCancelledResult(state, state.activity.stage ?? stage),
    }
  // In a run of several stages the one under way is the one that failed.
  const where = state.activity.stage ?? stage
  const failed = where && !state.failed.includes(where) ? [...state.failed, where] : state.failed
  if (error.code === 'gpu-memory') return { ...state, failed, gpuFault: error }
  if (isFatal(error)) {
    const activity = { state: 'idle' } as const
    return { ...state, failed, gpuFault: error, activity, progress: undefined, queued: undefined }
  }
  const alert = { id: state.alertCount, error, ...(where ? { stage: where } : {}) }
  return { ...state, failed, alerts: [...state.alerts, alert], alertCount: state.alertCount + 1 }
}
