// What the engine offers, as controls need it.
import type { OptionDefinition } from '../base/options.ts'
import type { StageKind } from './recipe.ts'

/** A criterion, scheme or export as the catalog describes it: everything a control needs. */
export interface CatalogEntry {
  readonly id: string
  readonly label: string
  readonly help: string
}

export interface ExportPrecision extends CatalogEntry {
  /** Runtimes that open the file. */
  readonly runsOn: string
}

/** What the engine can do, sent once at start; the studio draws every control from it. */
export interface Catalog {
  readonly architectures: readonly CatalogEntry[]
  readonly criteria: readonly CatalogEntry[]
  readonly schemes: readonly CatalogEntry[]
  readonly exports: readonly (CatalogEntry & { readonly precisions: readonly ExportPrecision[] })[]
  readonly stages: Readonly<Record<StageKind, readonly OptionDefinition[]>>
  readonly data: readonly OptionDefinition[]
}
