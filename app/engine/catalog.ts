// What the engine can do, as plain data: the studio draws its controls from it and recipes are checked by it.
import type { OptionDefinition } from './base/options.ts'
import type { Catalog, CatalogEntry } from './protocol.ts'
import { architectures, criteria, exportFormats, schemes } from './registry.ts'
import { DISTILL_OPTIONS } from './stages/distill.ts'
import { pruneOptions } from './stages/prune.ts'
import { quantizeOptions } from './stages/quantize.ts'
import { trainingOptions } from './stages/schedule.ts'

const DATA_OPTIONS: readonly OptionDefinition[] = [
  {
    key: 'max_length',
    kind: 'integer',
    label: 'Maximum length',
    help: 'Tokens per text, special tokens counted; longer texts are cut.',
    default: 128,
    min: 4,
    max: 4096,
    step: 1,
    main: true,
  },
  {
    key: 'validation',
    kind: 'number',
    label: 'Validation share',
    help: 'Share of the training rows held out to watch training.',
    default: 0.1,
    min: 0,
    max: 0.5,
    step: 0.05,
  },
]

const entryOf = ({ id, label, help }: CatalogEntry): CatalogEntry => ({ id, label, help })
const entriesOf = (map: ReadonlyMap<string, CatalogEntry>) => [...map.values()].map(entryOf)

/** The order of `ids` first, the rest after it. */
function ordered<T extends { readonly id: string }>(
  map: ReadonlyMap<string, T>,
  ids: readonly string[],
): T[] {
  const rank = (id: string) => (ids.includes(id) ? ids.indexOf(id) : ids.length)
  return [...map.values()].sort((a, b) => rank(a.id) - rank(b.id))
}

export const catalog: Catalog = {
  architectures: entriesOf(architectures),
  criteria: entriesOf(criteria),
  schemes: entriesOf(schemes),
  exports: [...exportFormats.values()].map((format) => ({
    ...entryOf(format),
    precisions: format.precisions.map((precision) => ({ ...entryOf(precision), runsOn: precision.runsOn })),
  })),
  data: DATA_OPTIONS,
  stages: {
    distill: DISTILL_OPTIONS,
    prune: [
      ...pruneOptions(ordered(criteria, ['fisher', 'taylor', 'magnitude', 'random'])),
      ...trainingOptions('recovery.', { epochs: 1, learning_rate: 5e-5 }),
    ],
    quantize: quantizeOptions(ordered(schemes, ['W8A8_DYNAMIC', 'W4A16'])),
  },
}
