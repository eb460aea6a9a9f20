// Picks the element of a row kernel: vec4f where the row length allows it, f32 otherwise.
import lanes1 from './lanes1.wgsl?raw'
import lanes4 from './lanes4.wgsl?raw'

/** Library defining `Elem` and the rewrite of `const LANES` that goes with it, for rows of `cols` elements. */
export function lanesFor(cols: number): { lanes: 1 | 4; library: string; rewrites: { LANES: number } } {
  const lanes = cols % 4 === 0 ? 4 : 1
  return { lanes, library: lanes === 4 ? lanes4 : lanes1, rewrites: { LANES: lanes } }
}

interface Laned {
  readonly libraries?: readonly string[]
  readonly rewrites?: Record<string, number>
}

/** The kernel for rows of `cols` elements: its first library (the single-element one) and `LANES` are replaced. */
export function withLanes<K extends Laned>(kernel: K, cols: number): K {
  const { library, rewrites } = lanesFor(cols)
  return {
    ...kernel,
    libraries: [library, ...(kernel.libraries ?? []).slice(1)],
    rewrites: { ...kernel.rewrites, ...rewrites },
  }
}
