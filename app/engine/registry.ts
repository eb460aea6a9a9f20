// Everything that is added by one file: architectures, criteria, schemes, exports. The only place that globs.
import type { Architecture } from './archs/arch.ts'
import { assert } from './base/errors.ts'
import type { Criterion } from './criteria/criterion.ts'
import type { ExportFormat } from './exports/export.ts'
import type { Scheme } from './schemes/scheme.ts'

function collect<T extends { readonly id: string }>(modules: Record<string, T>): ReadonlyMap<string, T> {
  const entries = new Map<string, T>()
  for (const definition of Object.values(modules)) {
    assert(!entries.has(definition.id), `one definition with the id ${definition.id}`)
    entries.set(definition.id, definition)
  }
  return entries
}

export const architectures = collect<Architecture>(
  import.meta.glob('./archs/*.arch.ts', { eager: true, import: 'default' }),
)
export const criteria = collect<Criterion>(
  import.meta.glob('./criteria/*.criterion.ts', { eager: true, import: 'default' }),
)
export const schemes = collect<Scheme>(
  import.meta.glob('./schemes/*.scheme.ts', { eager: true, import: 'default' }),
)
export const exportFormats = collect<ExportFormat>(
  import.meta.glob('./exports/*.export.ts', { eager: true, import: 'default' }),
)
