// The name that a row of the comparison goes by, with its group size where that tells it from another.
import type { ComparisonRow } from '../store/comparison.ts'
import { words } from '../words.ts'

/** The name alone: of its scheme, or of its stage. */
export function plainName({ slot, schemeLabel }: Pick<ComparisonRow, 'slot' | 'schemeLabel'>): string {
  return schemeLabel ?? words.stage(slot)
}

export function rowName(row: ComparisonRow): string {
  const { groupSize } = row
  const name = plainName(row)
  return groupSize === undefined ? name : `${name}, ${words.table.group(groupSize)}`
}
