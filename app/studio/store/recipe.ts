// Stages as the present settings describe them.
import type { OptionValues, StageKind, StageRecipe } from '../../engine/protocol.ts'
import type { StudioState } from './state.ts'

/** Schemes that the bit width can be, in the catalog's order. */
export function schemeIds(state: StudioState): readonly string[] {
  return state.catalog?.schemes.map(({ id }) => id) ?? ['W8A8_DYNAMIC', 'W4A16']
}

export function stageRecipe(state: StudioState, kind: StageKind, scheme?: string): StageRecipe {
  const options: OptionValues = scheme ? { ...state.settings[kind], scheme } : state.settings[kind]
  // Spreading loses the index signature's tie to `kind`; the options themselves never hold that key.
  return { ...options, kind } as StageRecipe
}
