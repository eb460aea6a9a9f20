// Ready-made settings. Each changes only what it names; learning rates, epochs and seed stay as they are.
import { FLOAT_WIDTH, type StudioState } from './state.ts'

export interface Preset {
  readonly id: 'careful' | 'small' | 'smallest' | 'quantize'
  readonly pruningRatio: number
  /** Id of a scheme, or FLOAT_WIDTH. */
  readonly bitWidth: string
  readonly groupSize: number
}

export const PRESETS: readonly Preset[] = [
  { id: 'careful', pruningRatio: 0.15, bitWidth: FLOAT_WIDTH, groupSize: 64 },
  { id: 'small', pruningRatio: 0.3, bitWidth: 'W8A8_DYNAMIC', groupSize: 64 },
  { id: 'smallest', pruningRatio: 0.5, bitWidth: 'W4A16', groupSize: 32 },
  { id: 'quantize', pruningRatio: 0, bitWidth: 'W8A8_DYNAMIC', groupSize: 64 },
]

/** The settings with a preset's in place; of distilling, only the default choice of layers. */
export function withPreset(state: StudioState, preset: Preset): Pick<StudioState, 'settings' | 'bitWidth'> {
  const { settings } = state
  return {
    settings: {
      ...settings,
      distill: { ...settings.distill, student_layers: [] },
      prune: { ...settings.prune, pruning_ratio: preset.pruningRatio },
      quantize: { ...settings.quantize, group_size: preset.groupSize },
    },
    bitWidth: preset.bitWidth,
  }
}
