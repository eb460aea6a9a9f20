// Undo and redo of every setting. Models and rows are not undone: rows of other settings are marked stale.
import { temporal } from 'zundo'
import { createStore } from 'zustand/vanilla'
import { initialState, type StudioState } from './state.ts'

const UNDONE = ['settings', 'seed', 'bitWidth', 'isPrunePlanned', 'chosenExports', 'prices', 'cost'] as const
export type Settings = Pick<StudioState, (typeof UNDONE)[number]>

const MOST_ENTRIES = 100

/** The store with its history, and the switch that makes one entry of a drag. */
export function createUndoableStore() {
  let isHeld = false
  const store = createStore<StudioState>()(
    temporal(() => initialState, {
      limit: MOST_ENTRIES,
      partialize: settingsOf,
      equality: (past, current) => UNDONE.every((key) => past[key] === current[key]),
      handleSet: (save) => (past, replace) => {
        if (!isHeld) save(past, replace as false | undefined)
      },
    }),
  )
  return {
    store,
    history: store.temporal,
    /** Changes from now on belong to the entry before them. */
    hold: () => {
      isHeld = true
    },
    release: () => {
      isHeld = false
    },
    /** Takes in what the engine tells: no entry of the history. */
    withoutEntry: (change: () => void) => {
      const { pause, resume } = store.temporal.getState()
      pause()
      change()
      resume()
    },
  }
}

export type UndoableStore = ReturnType<typeof createUndoableStore>

export function settingsOf(state: StudioState): Settings {
  return Object.fromEntries(UNDONE.map((key) => [key, state[key]])) as unknown as Settings
}
