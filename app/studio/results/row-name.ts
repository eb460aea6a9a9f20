// The name that a row of the comparison goes by, with its group size where that tells it from another.
import type { ComparisonRow } from '../store/comparison.ts'
import { words } from '../words.ts'

export function rowName({ slot, schemeLabel, groupSize }: ComparisonRow): string {
  const name = schemeLabel ?? words.stage(slot)
  return groupSize === undefined ? name : `${name}, ${words.table.group(groupSize)}`
}
