// Stages as the present settings describe them.
import {
  type DataDetails,
  type ExportRecipe,
  nestOptions,
  type OptionValues,
  type Recipe,
  type StageKind,
  type StageRecipe,
} from '../../engine/protocol.ts'
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

/** The recipe that the present settings make: all three stages, every scheme, the ticked exports. */
export function wholeRecipe(state: StudioState): Recipe | undefined {
  const { model, data, seed, settings, chosenExports } = state
  if (!model || !data) return undefined
  const { validation = 0.1, max_length = 128 } = settings.data as { validation?: number; max_length?: number }
  return {
    recipe_version: 1,
    model: model.name,
    seed,
    data: { ...namesOf(data.tables), text: data.text, label: data.label, validation, max_length },
    stages: [
      stageRecipe(state, 'distill'),
      stageRecipe(state, 'prune'),
      ...schemeIds(state).map((scheme) => stageRecipe(state, 'quantize', scheme)),
    ],
    export: chosenExports.map(exportRecipe),
  }
}

const namesOf = (tables: DataDetails['tables']) =>
  Object.fromEntries(tables.map(({ role, name }) => [role, name]))

/** A recipe as its file holds it. */
export function recipeText(recipe: Recipe): string {
  return `${JSON.stringify({ ...recipe, stages: recipe.stages.map(nestOptions) }, null, 2)}\n`
}

/** `format/precision` as a recipe names it. */
export function exportRecipe(id: string): ExportRecipe {
  const [format = '', precision = ''] = id.split('/')
  return { format, precision }
}

export function stageRecipe(state: StudioState, kind: StageKind, scheme?: string): StageRecipe {
  const options: OptionValues = scheme ? { ...state.settings[kind], scheme } : state.settings[kind]
  // Spreading loses the index signature's tie to `kind`; the options themselves never hold that key.
  return { ...options, kind } as StageRecipe
}
