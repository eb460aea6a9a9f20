// The grid of kernels whose entry is in elementwise.wgsl, and the libraries that it needs.
import { foldGrid, type Grid } from '../runtime/kernel.ts'
import elementwise from './elementwise.wgsl?raw'
import linearIndex from './linear-index.wgsl?raw'

/** 64 invocations, two fours of elements each. */
const ELEMENTS_PER_GROUP = 512

export const elementwiseLibraries = [elementwise, linearIndex]

export function elementwiseGrid({ count }: { count: number }): Grid {
  return foldGrid(Math.ceil(count / ELEMENTS_PER_GROUP))
}
