// F32 matrix products: the shapes of encoder layers in the three forms that training needs, odd sizes and one row.
import type { MatmulForm } from '../matmul/matmul.ts'
import { productError, randomFloats } from './check.ts'
import type { BenchCase, Family } from './family.ts'

type Shape = readonly [form: MatmulForm, rows: number, cols: number, inner: number]

const ODD: Shape = ['NT', 127, 383, 129]
const SMALL: readonly Shape[] = [
  ['NT', 128, 384, 384],
  ['NT', 128, 1536, 384],
  ['NN', 128, 384, 1536],
  ['TN', 384, 384, 512],
  ['NT', 1, 1536, 384],
  ODD,
]

/** {128, 512, 4096} tokens × {384, 768} → {384, 768, 1536, 3072}, forward (NT), by the input (NN), by the weight (TN). */
function fullShapes(): Shape[] {
  const shapes: Shape[] = [ODD, ['NT', 1024, 1024, 1024]]
  for (const width of [384, 768])
    for (const out of [384, 768, 1536, 3072]) {
      for (const tokens of [128, 512, 4096]) shapes.push(['NT', tokens, out, width])
      shapes.push(['NN', 512, width, out], ['TN', out, width, 4096], ['NT', 1, out, width])
    }
  return shapes
}

function matmulCase([form, rows, cols, inner]: Shape): BenchCase {
  return {
    name: `${form} ${rows} × ${inner} → ${cols}`,
    work: 2 * rows * cols * inner,
    build: async () => {
      const a = randomFloats(rows * inner, 1)
      const b = randomFloats(inner * cols, 2)
      const shape = { form, rows, cols, inner, a, b }
      return { task: { kind: 'matmul', ...shape }, check: (output) => productError(output, shape) }
    },
  }
}

const matmul: Family = {
  id: 'matmul',
  title: 'Matrix products, F32',
  unit: { name: 'GFLOP/s', scale: 1e9 },
  roof: 'fma',
  cases: (size) => (size === 'small' ? SMALL : fullShapes()).map(matmulCase),
}

export default matmul
