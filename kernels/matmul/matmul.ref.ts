// Reference of the matrix products in f64, from the definition.
import type { MatmulShape } from './matmul.ts'

export interface ProductReference {
  readonly value: Float64Array
  /** sum_k |A[r, k] B[k, c]|, what error bounds scale with. */
  readonly magnitude: Float64Array
}

/** A B without epilogue, row-major [rows, cols]. */
export function matmulReference(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  { form, rows, cols, inner }: MatmulShape,
): ProductReference {
  const value = new Float64Array(rows * cols)
  const magnitude = new Float64Array(rows * cols)
  for (let r = 0; r < rows; r++)
    for (let c = 0; c < cols; c++)
      for (let k = 0; k < inner; k++) {
        const left = form === 'TN' ? a[k * rows + r]! : a[r * inner + k]!
        const right = form === 'NT' ? b[c * inner + k]! : b[k * cols + c]!
        value[r * cols + c]! += left * right
        magnitude[r * cols + c]! += Math.abs(left * right)
      }
  return { value, magnitude }
}

/** Sums over rows, and over their absolute values. */
export function columnSumsReference(
  x: ArrayLike<number>,
  { rows, cols }: { rows: number; cols: number },
): ProductReference {
  const value = new Float64Array(cols)
  const magnitude = new Float64Array(cols)
  for (let i = 0; i < rows * cols; i++) {
    value[i % cols]! += x[i]!
    magnitude[i % cols]! += Math.abs(x[i]!)
  }
  return { value, magnitude }
}

/** erf by its Taylor series below 3 and the continued fraction of erfc above. */
function erf(x: number): number {
  const z = Math.abs(x)
  if (z >= 3) {
    let fraction = 0
    for (let k = 60; k >= 1; k--) fraction = k / 2 / (z + fraction)
    return Math.sign(x) * (1 - Math.exp(-z * z) / (Math.sqrt(Math.PI) * (z + fraction)))
  }
  let term = x
  let sum = x
  for (let n = 1; n < 80; n++) {
    term *= (-x * x) / n
    sum += term / (2 * n + 1)
  }
  return (2 / Math.sqrt(Math.PI)) * sum
}

/** GELU of one value. */
export function geluReference(x: number, form: 'exact' | 'tanh'): number {
  if (form === 'exact') return (x / 2) * (1 + erf(x / Math.SQRT2))
  return (x / 2) * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)))
}
