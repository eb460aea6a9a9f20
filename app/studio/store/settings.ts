// What a user sets: options, columns, seed, bit width, presets, and the way back and forward through them.
import type { StoreApi } from 'zustand/vanilla'
import type { Command, OptionValue } from '../../engine/protocol.ts'
import { restored } from './history.ts'
import { type Preset, withPreset } from './presets.ts'
import { stageRecipe } from './recipe.ts'
import type { Start } from './running.ts'
import { FLOAT_WIDTH, type StudioState } from './state.ts'
import { settingsOf, type UndoableStore } from './undo.ts'

export type SettingsKind = keyof StudioState['settings']

export interface SettingIntents {
  /** Follows a control while it moves: nothing is run. */
  readonly setOption: (kind: SettingsKind, key: string, value: OptionValue) => void
  /** A control was let go: the prune ratio and pins rebuild and measure, data options are applied. */
  readonly commitOption: (kind: SettingsKind, key: string, value: OptionValue) => void
  readonly setColumn: (role: 'text' | 'label', column: string | null) => void
  readonly setSeed: (seed: number) => void
  /** Settings, seed and bit width as they were when a result was made; nothing is run. */
  readonly restoreResult: (id: number) => void
  readonly takePreset: (preset: Preset) => void
  /** @param perHour dollars an hour */
  readonly setPrice: (perHour: number) => void
  /** FLOAT_WIDTH drops the quantized rows; a scheme builds and measures one. */
  readonly chooseBitWidth: (width: string) => void
}

export interface UndoIntents {
  readonly undo: () => void
  readonly redo: () => void
}

export function settingIntents(
  undoable: UndoableStore,
  send: (command: Command) => void,
  start: Start,
): SettingIntents {
  const { store } = undoable
  const setOption: SettingIntents['setOption'] = (kind, key, value) => {
    store.setState((state) => ({
      settings: { ...state.settings, [kind]: { ...state.settings[kind], [key]: value } },
      ...(key === 'pruning_ratio' ? { isPrunePlanned: true } : {}),
    }))
    undoable.hold()
  }
  const commitOption: SettingIntents['commitOption'] = (kind, key, value) => {
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

export function undoIntents(
  { store, history, release }: UndoableStore,
  send: (command: Command) => void,
): UndoIntents {
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
