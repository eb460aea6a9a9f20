// The studio's store and the only two ways into it: events of the engine and intents of the user.
import type { StoreApi } from 'zustand/vanilla'
import type {
  Command,
  DataRole,
  Event,
  OptionValue,
  RowKey,
  StageKind,
  StageRecipe,
} from '../../engine/protocol.ts'
import { words } from '../words.ts'
import { applyEvent, makes, outdate } from './apply-event.ts'
import { ARTICLE, type CostSettings } from './cost.ts'
import { type ExportIntents, exportIntents } from './exporting.ts'
import type { SortedFiles } from './files.ts'
import { restored } from './history.ts'
import { questionOf } from './insight-views.ts'
import { type KeepingIntents, keepingIntents } from './keeping.ts'
import { type HubIntents, hubIntents } from './opening.ts'
import { type Preset, withPreset } from './presets.ts'
import { schemeIds, stageRecipe } from './recipe.ts'
import { FLOAT_WIDTH, type Launch, type StartCommand, type StudioState } from './state.ts'
import { isGpuReady } from './steps.ts'
import { createUndoableStore, settingsOf, type UndoableStore } from './undo.ts'

export type SettingsKind = keyof StudioState['settings']

/** Everything a user can ask for. Components call these and nothing else. */
export interface Intents extends HubIntents, KeepingIntents, ExportIntents {
  readonly openSample: () => void
  readonly openFiles: (files: SortedFiles) => void
  /** Follows a control while it moves: nothing is run. */
  readonly setOption: (kind: SettingsKind, key: string, value: OptionValue) => void
  /** A control was let go: the prune ratio rebuilds and measures, data options are applied. */
  readonly commitOption: (kind: SettingsKind, key: string, value: OptionValue) => void
  readonly setColumn: (role: 'text' | 'label', column: string | null) => void
  /** Gives an open table the other role, or closes it. */
  readonly arrangeData: (role: DataRole, action: 'move' | 'remove') => void
  readonly setSeed: (seed: number) => void
  /** Settings, seed and bit width as they were when a result was made; nothing is run. */
  readonly restoreResult: (id: number) => void
  /** @param perHour dollars an hour */
  readonly undo: () => void
  readonly redo: () => void
  readonly takePreset: (preset: Preset) => void
  readonly setPrice: (perHour: number) => void
  readonly setCost: (change: Partial<CostSettings>) => void
  readonly takeArticleCase: () => void
  /** FLOAT_WIDTH drops the quantized rows; a scheme builds and measures one. */
  readonly chooseBitWidth: (width: string) => void
  readonly run: (kind: StageKind) => void
  readonly runAll: () => void
  readonly pause: () => void
  readonly resume: () => void
  readonly cancel: () => void
  /** A recipe's text from a file or a link; the engine checks it. */
  readonly openRecipe: (name: string, text: string) => void
  /** A drop whose files the browser would not hand out. */
  readonly reportDropFailure: (reason: unknown) => void
  readonly reportBrokenLink: (reason: unknown) => void
  readonly dismissAlert: (id: number) => void
  /** Leaves a model that does not fit where it is. */
  readonly forgetInspected: () => void
  readonly dismissGpuFault: () => void
  readonly predict: (text: string) => void
  /** Asks what the heads of every model attend to in a text. */
  readonly lookAt: (text: string) => void
  /** Puts a student under the glass. */
  readonly inspect: (key: RowKey) => void
}

export interface Studio {
  readonly store: UndoableStore['store']
  readonly intents: Intents
  readonly receive: (event: Event) => void
}

/** @param send hands a command to the engine; the client owns how. */
export function createStudio(send: (command: Command) => void): Studio {
  const undoable = createUndoableStore()
  const { store } = undoable
  const start = createStarter(store, send)
  return {
    store,
    intents: {
      ...openingIntents(store, send),
      ...settingIntents(undoable, send, start),
      ...undoIntents(undoable, send),
      ...runningIntents(store, send, start),
      ...exportIntents(store, send),
      ...keepingIntents(store, send),
      ...screenIntents(store),
      ...askingIntents(store, send),
    },
    receive: (event) => {
      undoable.withoutEntry(() => store.setState((state) => applyEvent(state, event), true))
      // Entries from before belong to another model's settings.
      if (event.type === 'recipe') undoable.history.getState().clear()
      const question = questionOf(store.getState(), event)
      if (question) send(question)
      const { activity, queued } = store.getState()
      if (activity.state !== 'idle' || !queued) return
      store.setState({ queued: undefined })
      start(queued)
    },
  }
}

type Start = (command: StartCommand) => void

/** Starts work, or keeps it for when the present work ends; a newer request replaces the one that waits. */
function createStarter(store: StoreApi<StudioState>, send: (command: Command) => void): Start {
  return (command) => {
    const { activity, model, seed } = store.getState()
    if (!model || !isGpuReady(store.getState())) return
    if (activity.state !== 'idle') return store.setState({ queued: command })
    const stages = command.type === 'run-all' ? command.stages : [command.stage]
    const untrained = command.type === 'run-stage' && command.untrained === true
    const launches = stages.map((stage) => ({ stage, untrained, seed }))
    store.setState((state) => ({
      launches,
      activity: { state: 'running', ...(stages[0] ? { stage: stages[0].kind } : {}) },
      rows: outdate(state.rows, (key) => launches.some((launch) => remakes(launch, state, key))),
    }))
    send(command)
  }
}

function remakes(launch: Launch, state: StudioState, key: keyof StudioState['rows']): boolean {
  const entry = state.rows[key]
  return entry !== undefined && makes(launch, entry.row)
}

function openingIntents(store: StoreApi<StudioState>, send: (command: Command) => void) {
  // Without a GPU the engine answers nothing, so the page must not wait for it.
  const opening = () => {
    if (isGpuReady(store.getState()))
      store.setState({ activity: { state: 'running', stage: 'open' }, queued: undefined })
  }
  const openBy = (command: Command) => {
    opening()
    send(command)
  }
  return {
    ...hubIntents(openBy, send),
    openSample: () => {
      opening()
      send({ type: 'open-sample' })
    },
    openFiles: ({ model, tables, leftOut }: SortedFiles) => {
      if (leftOut) store.setState((state) => applyEvent(state, leftOutError(leftOut)), true)
      if (model || tables.length > 0) opening()
      if (model) send({ type: 'open-model', ...model })
      if (tables.length > 0)
        send({
          type: 'open-data',
          isWithModel: model !== undefined,
          ...Object.fromEntries(tables.map(({ file, role }) => [role, file])),
        })
    },
    openRecipe: (name: string, text: string) => send({ type: 'open-recipe', name, text }),
    arrangeData: (role: DataRole, action: 'move' | 'remove') => {
      opening()
      send({ type: 'arrange-data', role, action })
    },
  }
}

/** One table a role is opened; the others are named. */
function leftOutError(names: readonly string[]): Extract<Event, { type: 'error' }> {
  const { title, remedy } = words.errors.leftOut
  return {
    type: 'error',
    error: { code: 'data-invalid', fault: 'input', message: title(names.join(', ')), remedy },
  }
}

function askingIntents(store: StoreApi<StudioState>, send: (command: Command) => void) {
  const ask = (command: Extract<Command, { type: 'predict' | 'attention' }>) => {
    store.setState(({ insight }) => ({
      insight: { ...insight, waiting: [...new Set([...insight.waiting, command.type])] },
    }))
    send(command)
  }
  return {
    predict: (text: string) => ask({ type: 'predict', text }),
    lookAt: (text: string) => ask({ type: 'attention', text }),
    inspect: (key: RowKey) => {
      store.setState(({ insight }) => ({ insight: { ...insight, chosen: key } }))
      send({ type: 'differences', key })
    },
  }
}

function settingIntents(undoable: UndoableStore, send: (command: Command) => void, start: Start) {
  const { store } = undoable
  const setOption: Intents['setOption'] = (kind, key, value) => {
    store.setState((state) => ({
      settings: { ...state.settings, [kind]: { ...state.settings[kind], [key]: value } },
      ...(key === 'pruning_ratio' ? { isPrunePlanned: true } : {}),
    }))
    undoable.hold()
  }
  const commitOption: Intents['commitOption'] = (kind, key, value) => {
    setOption(kind, key, value)
    undoable.release()
    if (kind === 'data') send({ type: 'set-data', data: { [key]: value } })
    if (key === 'pruning_ratio' || key === 'pinned')
      start({ type: 'run-stage', stage: stageRecipe(store.getState(), 'prune'), untrained: true })
  }
  return {
    setOption,
    commitOption,
    setColumn: (role: 'text' | 'label', column: string | null) =>
      send({ type: 'set-data', data: role === 'text' ? { text: column ?? '' } : { label: column } }),
    setSeed: (seed: number) => {
      store.setState({ seed })
      send({ type: 'set-seed', seed })
    },
    restoreResult: (id: number) => {
      const state = store.getState()
      const result = state.history.find((known) => known.id === id)
      if (!result) return
      store.setState(restored(state, result))
      if (result.seed !== state.seed) send({ type: 'set-seed', seed: result.seed })
    },
    takePreset: (preset: Preset) => {
      store.setState((state) => withPreset(state, preset))
      if (preset.bitWidth === FLOAT_WIDTH) dropQuantized(store, send)
    },
    setPrice: (perHour: number) => store.setState({ prices: { perHour } }),
    chooseBitWidth: (width: string) => {
      store.setState({ bitWidth: width })
      if (width !== FLOAT_WIDTH)
        return start({ type: 'run-stage', stage: stageRecipe(store.getState(), 'quantize', width) })
      dropQuantized(store, send)
    },
  }
}

function undoIntents({ store, history, release }: UndoableStore, send: (command: Command) => void) {
  /** Tells the engine of settings that it holds itself. */
  const move = (steps: 'undo' | 'redo') => {
    release()
    const before = settingsOf(store.getState())
    history.getState()[steps]()
    const { settings, seed, bitWidth } = store.getState()
    if (seed !== before.seed) send({ type: 'set-seed', seed })
    if (settings.data !== before.settings.data) send({ type: 'set-data', data: settings.data })
    if (bitWidth !== before.bitWidth && bitWidth === FLOAT_WIDTH) dropQuantized(store, send)
  }
  return { undo: () => move('undo'), redo: () => move('redo') }
}

/** Quantized rows cannot stand beside the choice of FP32. */
function dropQuantized(store: StoreApi<StudioState>, send: (command: Command) => void): void {
  store.setState(({ rows, queued }) => ({
    rows: Object.fromEntries(Object.entries(rows).filter(([key]) => !key.startsWith('quantize:'))),
    queued: queued?.type === 'run-stage' && queued.stage.kind === 'quantize' ? undefined : queued,
  }))
  send({ type: 'drop-stage', kind: 'quantize' })
}

function runningIntents(store: StoreApi<StudioState>, send: (command: Command) => void, start: Start) {
  const everyScheme = (): readonly StageRecipe[] => {
    const state = store.getState()
    return schemeIds(state).map((scheme) => stageRecipe(state, 'quantize', scheme))
  }
  const runQuantize = () => {
    const state = store.getState()
    if (state.bitWidth !== FLOAT_WIDTH)
      return start({ type: 'run-stage', stage: stageRecipe(state, 'quantize', state.bitWidth) })
    start({ type: 'run-all', stages: everyScheme() })
    selectSomeWidth()
  }
  /** Quantized rows and the choice "FP32" cannot both stand, so the first scheme is ticked. */
  const selectSomeWidth = () =>
    store.setState((state) => ({
      bitWidth: state.bitWidth === FLOAT_WIDTH ? (schemeIds(state)[0] ?? FLOAT_WIDTH) : state.bitWidth,
    }))
  return {
    run: (kind: StageKind) => {
      if (kind === 'quantize') return runQuantize()
      start({ type: 'run-stage', stage: stageRecipe(store.getState(), kind) })
    },
    runAll: () => {
      const state = store.getState()
      const stages = [stageRecipe(state, 'distill'), stageRecipe(state, 'prune'), ...everyScheme()]
      start({ type: 'run-all', stages })
      selectSomeWidth()
    },
    pause: () => send({ type: 'pause' }),
    resume: () => send({ type: 'resume' }),
    cancel: () => {
      store.setState({ queued: undefined })
      send({ type: 'cancel' })
    },
  }
}

function screenIntents(store: StoreApi<StudioState>) {
  /** Tells of a failure that the engine never saw. */
  const report = ({ title, remedy }: { title: string; remedy: string }, reason: unknown) =>
    store.setState((state) => {
      const error = { code: 'file-unreadable', fault: 'input', message: title, remedy } as const
      return applyEvent(state, { type: 'error', error: { ...error, details: String(reason) } })
    })
  return {
    setCost: (change: Partial<CostSettings>) =>
      store.setState(({ cost }) => ({ cost: { ...cost, ...change } })),
    takeArticleCase: () =>
      store.setState({ cost: ARTICLE.settings, prices: { perHour: ARTICLE.pricePerHour } }),
    reportDropFailure: (reason: unknown) => report(words.errors.drop, reason),
    reportBrokenLink: (reason: unknown) =>
      report({ title: words.share.brokenTitle, remedy: words.share.brokenRemedy }, reason),
    dismissAlert: (id: number) =>
      store.setState(({ alerts }) => ({ alerts: alerts.filter((alert) => alert.id !== id) })),
    forgetInspected: () => store.setState(({ opening: { inspected: _, ...rest } }) => ({ opening: rest })),
    dismissGpuFault: () => store.setState({ gpuFault: undefined }),
  }
}
