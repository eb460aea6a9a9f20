// Starting work, at once or when the present work ends, and holding and stopping it.
import type { StoreApi } from 'zustand/vanilla'
import type { Command, RowKey, StageKind, StageRecipe } from '../../engine/protocol.ts'
import { makes, outdate } from './apply-event.ts'
import { isStale } from './comparison.ts'
import { schemeIds, stageRecipe } from './recipe.ts'
import { FLOAT_WIDTH, type Launch, type RowEntry, type StartCommand, type StudioState } from './state.ts'
import { canOpen, isGpuReady } from './steps.ts'

export interface RunIntents {
  readonly run: (kind: StageKind) => void
  readonly runAll: () => void
  /** Runs every stage again whose row no longer belongs to the settings, in order. */
  readonly runStale: () => void
  readonly pause: () => void
  readonly resume: () => void
  readonly cancel: () => void
  /** Measures the device, once nothing else runs. */
  readonly measureDevice: () => void
}

export type Start = (command: StartCommand) => void

/** Starts work, or keeps it for when the present work ends; a newer request replaces the one that waits. */
export function createStarter(store: StoreApi<StudioState>, send: (command: Command) => void): Start {
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

/** Stages to run again so that no row is stale: the settings as they are now, for each row that there is. */
export function staleStages(state: StudioState): readonly StageRecipe[] {
  const kinds = (['distill', 'prune'] as const).filter((kind) => state.rows[kind] && isStale(state, kind))
  const entries = Object.entries(state.rows) as [RowKey, RowEntry][]
  const quantized = entries.flatMap(([key, { row }]) =>
    row.scheme !== undefined && isStale(state, key) ? [quantizeAgain(state, row.scheme, row.group_size)] : [],
  )
  return [...kinds.map((kind) => stageRecipe(state, kind)), ...quantized]
}

function quantizeAgain(state: StudioState, scheme: string, groupSize: number | undefined): StageRecipe {
  const stage = stageRecipe(state, 'quantize', scheme)
  return groupSize === undefined ? stage : ({ ...stage, group_size: groupSize } as StageRecipe)
}

export function runIntents(
  store: StoreApi<StudioState>,
  send: (command: Command) => void,
  start: Start,
): RunIntents {
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
    runStale: () => {
      const stages = staleStages(store.getState())
      if (stages.length > 0) start({ type: 'run-all', stages })
    },
    pause: () => send({ type: 'pause' }),
    resume: () => send({ type: 'resume' }),
    cancel: () => {
      store.setState({ queued: undefined })
      send({ type: 'cancel' })
    },
    measureDevice: () => {
      if (!canOpen(store.getState())) return
      store.setState({ activity: { state: 'running', stage: 'device' } })
      send({ type: 'measure-device' })
    },
  }
}
