// Picks the element of a row kernel: vec4f where the row length allows it, f32 otherwise.
import lanes1 from './lanes1.wgsl?raw'
import lanes4 from './lanes4.wgsl?raw'

/** The library a row kernel lists first; `withLanes` may replace it. */
export const SINGLE_LANE: string = lanes1

/** The library of a row kernel that takes no other rows than of fours. */
export const FOUR_LANES: string = lanes4

/** Elements that one `Elem` holds in rows of `cols` elements. */
export function lanesOf(cols: number): 1 | 4 {
  return cols % 4 === 0 ? 4 : 1
}

interface RowKernel {
  readonly libraries?: readonly string[]
  readonly rewrites?: Record<string, number>
}

/** The kernel for rows of `cols` elements: its first library and its line `const LANES = 1u;` are replaced. */
export function withLanes<K extends RowKernel>(kernel: K, cols: number): K {
  const lanes = lanesOf(cols)
  return {
    ...kernel,
    libraries: [lanes === 4 ? lanes4 : lanes1, ...(kernel.libraries ?? []).slice(1)],
    rewrites: { ...kernel.rewrites, LANES: lanes },
  }
}
