// Lets lanes of a subgroup share the rows of a row kernel.
import { type Gpu, runsOnCpu } from '../runtime/gpu.ts'
import type { Grid } from '../runtime/kernel.ts'
import alone from './row-sharing.wgsl?raw'
import bySubgroups from './row-sharing-subgroups.wgsl?raw'

/** The library of a row kernel that `withSharers` may replace. */
export const ROW_ALONE: string = alone

const MOST_SHARERS = 16

/** Invocations that may share a row here: one, and as many as fit every subgroup. */
export function possibleSharers({ subgroupSizes }: Gpu): number[] {
  return subgroupSizes ? [1, Math.min(MOST_SHARERS, subgroupSizes.least)] : [1]
}

/**
 * Invocations that share a row: several on graphics cards, which read memory in runs and have lanes to spare. A CPU adapter loads
 * lane by lane, and keeps rows apart. Always the same number on an adapter, since sums are rounded otherwise with another one.
 */
export function sharersOf(gpu: Gpu): number {
  return runsOnCpu(gpu.adapter) ? 1 : Math.max(...possibleSharers(gpu))
}

interface RowKernel {
  readonly libraries?: readonly string[]
  readonly rewrites?: Record<string, number>
  readonly enables?: 'subgroups'
  readonly grid: (params: never) => Grid
}

/**
 * The kernel with rows that are shared: its grid grows, its library ROW_ALONE and its line `const SHARERS = 1u;` are replaced.
 * `counter` names the parameter that the grid grows with.
 */
export function withSharers<K extends RowKernel>(kernel: K, sharers: number, counter = 'rows'): K {
  if (sharers === 1) return kernel
  const grid = kernel.grid as (params: Record<string, number>) => Grid
  return {
    ...kernel,
    libraries: kernel.libraries?.map((library) => (library === ROW_ALONE ? bySubgroups : library)),
    rewrites: { ...kernel.rewrites, SHARERS: sharers },
    enables: 'subgroups',
    grid: (params: Record<string, number>) => grid({ ...params, [counter]: sharers * params[counter]! }),
  }
}
