// The verdict on memory follows the settings: the engine is asked again, once they have rested for a moment.
import type { StoreApi } from 'zustand/vanilla'
import type { Command, FitLever } from '../../engine/protocol.ts'
import type { StudioState } from './state.ts'
import { isGpuReady } from './steps.ts'

/** A slider is let go, or rests, before the engine is asked. */
export const FIT_DELAY_MS = 150

/** The settings that memory depends on, under their names in a recipe. */
export function fitSettingsOf({ settings: { distill, data } }: StudioState): FitLever['changes'] {
  const { batch_size, hidden_weight, student_layers } = distill
  const { max_length } = data
  return {
    ...(typeof batch_size === 'number' ? { batch_size } : {}),
    ...(typeof hidden_weight === 'number' ? { hidden_weight } : {}),
    ...(Array.isArray(student_layers) ? { student_layers: student_layers as readonly number[] } : {}),
    ...(typeof max_length === 'number' ? { max_length } : {}),
  }
}

/**
 * Asks whenever a setting that counts, or the model, has changed.
 * @returns asks on other grounds, such as a verdict that was made with the defaults
 */
export function followFit(store: StoreApi<StudioState>, send: (command: Command) => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined
  const ask = () => {
    clearTimeout(timer)
    timer = setTimeout(() => {
      const state = store.getState()
      // The question is of the open model; one that waits keeps the verdict that it waits with.
      if (!state.model || state.opening.inspected?.isWaiting || !isGpuReady(state)) return
      send({ type: 'fit', settings: fitSettingsOf(state) })
    }, FIT_DELAY_MS)
  }
  store.subscribe((state, before) => {
    const { distill, data } = state.settings
    const isSame =
      distill === before.settings.distill && data === before.settings.data && state.model === before.model
    if (!isSame) ask()
  })
  return ask
}
