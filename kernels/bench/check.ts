// f64 references of the benchmark, cheap enough for large shapes: chosen outputs exactly, and all of them through one projection.
import { randomAt } from '../../app/engine/base/random.ts'
import type { MatmulForm } from '../matmul/matmul.ts'

const CHOSEN = 400

export interface Product {
  readonly form: MatmulForm
  readonly rows: number
  readonly cols: number
  readonly inner: number
  readonly a: ArrayLike<number>
  readonly b: ArrayLike<number>
}

/** Seeded values in [-1, 1). */
export function randomFloats(count: number, seed: number): Float32Array<ArrayBuffer> {
  return Float32Array.from({ length: count }, (_, i) => 2 * randomAt(seed, i) - 1)
}

/**
 * Largest error of a product over what is allowed: `units` · √inner roundings (2⁻²⁴) of the root of the summed squared terms.
 * CHOSEN outputs, corners first, are computed in f64; all outputs are compared through their products with a random vector of signs
 * (a wrong output anywhere changes its row's projection).
 */
export function productError(output: ArrayLike<number>, product: Product, units = 16): number {
  const { rows, cols, inner, form, a, b } = product
  if (output.length !== rows * cols) return Number.NaN
  const left = form === 'TN' ? [1, rows] : [inner, 1]
  const right = form === 'NT' ? [1, inner] : [cols, 1]
  const at = (r: number, c: number) => {
    let [sum, squares] = [0, 0]
    for (let k = 0; k < inner; k++) {
      const term = a[r * left[0]! + k * left[1]!]! * b[k * right[0]! + c * right[1]!]!
      sum += term
      squares += term * term
    }
    return { sum, allowed: units * Math.sqrt(inner) * 2 ** -24 * Math.sqrt(squares) + 1e-30 }
  }
  let worst = 0
  const note = (error: number, allowed: number) => {
    worst = Math.max(worst, Number.isFinite(error) ? error / allowed : Number.POSITIVE_INFINITY)
  }
  for (let i = 0; i < CHOSEN; i++) {
    const [r, c] = chosen(i, rows, cols)
    const { sum, allowed } = at(r, c)
    note(Math.abs(output[r * cols + c]! - sum), allowed)
  }
  projections(output, product).forEach(({ error, allowed }) => {
    note(error, units * allowed)
  })
  return worst
}

function chosen(i: number, rows: number, cols: number): [row: number, col: number] {
  if (i < 4) return [i & 1 ? rows - 1 : 0, i & 2 ? cols - 1 : 0]
  return [Math.floor(randomAt(71, i) * rows), Math.floor(randomAt(72, i) * cols)]
}

/** (A B) s against A (B s) for signs s, per row: O(rows · (cols + inner)). */
function projections(output: ArrayLike<number>, { form, rows, cols, inner, a, b }: Product) {
  const signs = Array.from({ length: cols }, (_, c) => (randomAt(73, c) < 0.5 ? -1 : 1))
  const projected = new Float64Array(inner)
  let squares = 0
  for (let k = 0; k < inner; k++)
    for (let c = 0; c < cols; c++) {
      const value = form === 'NT' ? b[c * inner + k]! : b[k * cols + c]!
      projected[k]! += signs[c]! * value
      squares += value * value
    }
  return Array.from({ length: rows }, (_, r) => {
    let [sum, actual, mass] = [0, 0, 0]
    for (let k = 0; k < inner; k++) {
      const value = form === 'TN' ? a[k * rows + r]! : a[r * inner + k]!
      sum += value * projected[k]!
      mass += value * value
    }
    for (let c = 0; c < cols; c++) actual += signs[c]! * output[r * cols + c]!
    // Errors of the row's outputs are independent: the root of their summed squares, each √inner roundings of a typical term's size.
    return {
      error: Math.abs(actual - sum),
      allowed: Math.sqrt(inner) * 2 ** -24 * Math.sqrt((mass * squares) / inner) + 1e-30,
    }
  })
}

/**
 * Largest |output[i] − expected(i)| over `allowed` at CHOSEN places, both ends included; every value must be finite. A wrong length
 * fails.
 */
export function chosenError(
  output: ArrayLike<number>,
  { count, expected, allowed }: { count: number; expected: (index: number) => number; allowed: number },
): number {
  if (output.length !== count) return Number.NaN
  for (let i = 0; i < count; i++) if (!Number.isFinite(output[i]!)) return Number.POSITIVE_INFINITY
  let worst = 0
  for (let i = 0; i < CHOSEN; i++) {
    const at = i < 2 ? i * (count - 1) : Math.floor(randomAt(74, i) * count)
    worst = Math.max(worst, Math.abs(output[at]! - expected(at)) / allowed)
  }
  return worst
}
