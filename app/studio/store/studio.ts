// The studio's store and the only two ways into it: events of the engine and intents of the user.
import { createStore, type StoreApi } from 'zustand/vanilla'
import type { Command, Event, OptionValue, StageKind, StageRecipe } from '../../engine/protocol.ts'
import { words } from '../words.ts'
import { applyEvent, makes, outdate } from './apply-event.ts'
import type { SortedFiles } from './files.ts'
import { schemeIds, stageRecipe } from './recipe.ts'
import { FLOAT_WIDTH, initialState, type Launch, type StartCommand, type StudioState } from './state.ts'
import { isGpuReady } from './steps.ts'

export type SettingsKind = keyof StudioState['settings']

/** Everything a user can ask for. Components call these and nothing else. */
export interface Intents {
  readonly openSample: () => void
  readonly openFiles: (files: SortedFiles) => void
  /** Follows a control while it moves: nothing is run. */
  readonly setOption: (kind: SettingsKind, key: string, value: OptionValue) => void
  /** A control was let go: the prune ratio rebuilds and measures, data options are applied. */
  readonly commitOption: (kind: SettingsKind, key: string, value: OptionValue) => void
  readonly setColumn: (role: 'text' | 'label', column: string | null) => void
  readonly setSeed: (seed: number) => void
  /** FLOAT_WIDTH drops the quantized rows; a scheme builds and measures one. */
  readonly chooseBitWidth: (width: string) => void
  readonly run: (kind: StageKind) => void
  readonly runAll: () => void
  readonly pause: () => void
  readonly resume: () => void
  readonly cancel: () => void
  readonly toggleExport: (id: string) => void
  readonly exportChosen: () => void
  readonly offerDownload: (url: string) => void
  /** A drop whose files the browser would not hand out. */
  readonly reportDropFailure: (reason: unknown) => void
  readonly dismissAlert: (id: number) => void
  readonly dismissGpuFault: () => void
  readonly predict: (text: string) => void
}

export interface Studio {
  readonly store: StoreApi<StudioState>
  readonly intents: Intents
  readonly receive: (event: Event) => void
}

/** @param send hands a command to the engine; the client owns how. */
export function createStudio(send: (command: Command) => void): Studio {
  const store = createStore<StudioState>()(() => initialState)
  const start = createStarter(store, send)
  return {
    store,
    intents: {
      ...openingIntents(store, send),
      ...settingIntents(store, send, start),
      ...runningIntents(store, send, start),
      ...screenIntents(store),
    },
    receive: (event) => {
      store.setState((state) => applyEvent(state, event), true)
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
  return {
    openSample: () => {
      opening()
      send({ type: 'open-sample' })
    },
    openFiles: ({ model, tables }: SortedFiles) => {
      if (model || tables.length > 0) opening()
      if (model) send({ type: 'open-model', ...model })
      if (tables.length > 0)
        send({ type: 'open-data', ...Object.fromEntries(tables.map(({ file, role }) => [role, file])) })
    },
    predict: (text: string) => send({ type: 'predict', text }),
  }
}

function settingIntents(store: StoreApi<StudioState>, send: (command: Command) => void, start: Start) {
  const setOption: Intents['setOption'] = (kind, key, value) =>
    store.setState((state) => ({
      settings: { ...state.settings, [kind]: { ...state.settings[kind], [key]: value } },
      ...(key === 'pruning_ratio' ? { isPrunePlanned: true } : {}),
    }))
  const commitOption: Intents['commitOption'] = (kind, key, value) => {
    setOption(kind, key, value)
    if (kind === 'data') send({ type: 'set-data', data: { [key]: value } })
    if (key === 'pruning_ratio')
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
    chooseBitWidth: (width: string) => {
      store.setState({ bitWidth: width })
      if (width !== FLOAT_WIDTH)
        return start({ type: 'run-stage', stage: stageRecipe(store.getState(), 'quantize', width) })
      store.setState(({ rows, queued }) => ({
        rows: Object.fromEntries(Object.entries(rows).filter(([key]) => !key.startsWith('quantize:'))),
        queued: queued?.type === 'run-stage' && queued.stage.kind === 'quantize' ? undefined : queued,
      }))
      send({ type: 'drop-stage', kind: 'quantize' })
    },
  }
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
    exportChosen: () => {
      const exports = store.getState().chosenExports.map((id) => {
        const [format = '', precision = ''] = id.split('/')
        return { format, precision }
      })
      store.setState({ activity: { state: 'running', stage: 'export' } })
      send({ type: 'export', exports })
    },
  }
}

function screenIntents(store: StoreApi<StudioState>) {
  return {
    toggleExport: (id: string) =>
      store.setState(({ chosenExports }) => ({
        chosenExports: chosenExports.includes(id)
          ? chosenExports.filter((other) => other !== id)
          : [...chosenExports, id],
      })),
    offerDownload: (url: string) =>
      store.setState(({ exported }) => (exported ? { exported: { ...exported, url } } : {})),
    reportDropFailure: (reason: unknown) =>
      store.setState((state) => {
        const { title, remedy } = words.errors.drop
        const error = { code: 'file-unreadable', fault: 'input', message: title, remedy } as const
        return applyEvent(state, { type: 'error', error: { ...error, details: String(reason) } })
      }),
    dismissAlert: (id: number) =>
      store.setState(({ alerts }) => ({ alerts: alerts.filter((alert) => alert.id !== id) })),
    dismissGpuFault: () => store.setState({ gpuFault: undefined }),
  }
}
