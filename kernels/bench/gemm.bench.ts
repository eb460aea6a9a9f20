// Products with weights in 8 and 4 bits, many rows and one.
import { randomAt } from '../../app/engine/base/random.ts'
import { productError } from './check.ts'
import type { BenchCase, Family } from './family.ts'

type Shape = readonly [bits: 8 | 4, rows: number, cols: number, inner: number]

/** Columns of a weight that share a scale. */
const GROUP_SIZE = 32
const SMALL: readonly Shape[] = [
  [8, 1, 1536, 384],
  [8, 128, 1536, 384],
  [4, 1, 1536, 384],
  [4, 128, 1536, 384],
]

function fullShapes(): Shape[] {
  const shapes: Shape[] = []
  for (const bits of [8, 4] as const)
    for (const width of [384, 768])
      for (const out of [384, 768, 1536, 3072])
        for (const rows of [1, 128, 512, 4096]) shapes.push([bits, rows, out, width])
  return shapes
}

/** Whole numbers of ±`most` over `most`; one in each group of columns is the largest, so that its scale is 1 / most exactly. */
function grid(count: number, seed: number, most: number): Float32Array<ArrayBuffer> {
  return Float32Array.from({ length: count }, (_, i) => {
    if (i % GROUP_SIZE === 0) return 1
    return Math.round((2 * randomAt(seed, i) - 1) * most) / most
  })
}

function quantizedCase([bits, rows, cols, inner]: Shape): BenchCase {
  return {
    name: `INT${bits} ${rows} × ${inner} → ${cols}`,
    work: 2 * rows * cols * inner,
    build: async () => {
      const a = grid(rows * inner, 3, 127)
      const w = grid(cols * inner, 4, bits === 8 ? 127 : 7)
      const shape = { rows, cols, inner }
      const check = (output: ArrayLike<number>) =>
        productError(output, { form: 'NT', ...shape, a, b: w }, QUANTIZED_UNITS)
      return { task: { kind: 'quantized', bits, ...shape, groupSize: GROUP_SIZE, a, w }, check }
    },
  }
}

/** Scales are rounded too, once a row and once a group, which all terms of a sum share: more roundings than a plain product. */
const QUANTIZED_UNITS = 64

const gemm: Family = {
  id: 'gemm',
  title: 'Products with quantized weights, activations in F32',
  unit: { name: 'GOP/s', scale: 1e9 },
  roof: 'dot4I8',
  cases: (size) => (size === 'small' ? SMALL : fullShapes()).map(quantizedCase),
}

export default gemm
