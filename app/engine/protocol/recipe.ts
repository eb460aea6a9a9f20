// Recipes: stages, data and exports by the names that a recipe file has for them.
import type { OptionValues } from '../base/options.ts'

export type StageKind = 'distill' | 'prune' | 'quantize'

/** One stage of a recipe: its kind and the values of its options, with the keys that the catalog names. */
export type StageRecipe = { readonly kind: StageKind } & OptionValues

export interface DataRecipe {
  readonly train?: string
  readonly test?: string
  readonly text: string
  /** Absent or null: the data has no labels. */
  readonly label?: string | null
  /** Share of the training rows held out for validation. */
  readonly validation: number
  /** Tokens, special tokens counted. */
  readonly max_length: number
}

export interface ExportRecipe {
  readonly format: string
  readonly precision: string
}

export interface Recipe {
  readonly recipe_version: 1
  /** Folder relative to the recipe's own file, or `hub:org/name`. */
  readonly model: string
  readonly seed: number
  readonly data: DataRecipe
  readonly stages: readonly StageRecipe[]
  readonly export: readonly ExportRecipe[]
}
