// Stages as the present settings describe them.
import type { OptionValues, StageKind, StageRecipe } from '../../engine/protocol.ts'
import type { StudioState } from './state.ts'

/** Schemes that the bit width can be, in the order of its option. */
export function schemeIds({ catalog }: Pick<StudioState, 'catalog'>): readonly string[] {
  const option = catalog?.stages.quantize.find(({ key }) => key === 'scheme')
  if (option?.kind === 'choice') return option.choices.map(({ value }) => String(value))
  return catalog?.schemes.map(({ id }) => id) ?? []
}

export function schemeLabel({ catalog }: Pick<StudioState, 'catalog'>, id: string): string {
  return catalog?.schemes.find((scheme) => scheme.id === id)?.label ?? id
}

export function stageRecipe(state: StudioState, kind: StageKind, scheme?: string): StageRecipe {
  const options: OptionValues = scheme ? { ...state.settings[kind], scheme } : state.settings[kind]
  // Spreading loses the index signature's tie to `kind`; the options themselves never hold that key.
  return { ...options, kind } as StageRecipe
}
