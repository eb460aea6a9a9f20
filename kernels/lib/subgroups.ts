// What kernels ask of an adapter's subgroups before lanes share their loads.
import { assert } from '../runtime/errors.ts'
import type { Gpu } from '../runtime/gpu.ts'

/** Rows that lanes load for each other, one a lane. */
const SHARED_ROWS = 8

/** Whether every subgroup of the adapter has a lane for each of eight rows. */
export function canShareRows({ subgroupSizes }: Gpu): boolean {
  return subgroupSizes !== undefined && subgroupSizes.least >= SHARED_ROWS
}

/** Invocations of a workgroup that holds whole subgroups, whichever size the adapter takes. */
export function subgroupWidth({ subgroupSizes }: Gpu): number {
  assert(subgroupSizes, 'an adapter with subgroups')
  return Math.max(SHARED_ROWS, subgroupSizes.most)
}
