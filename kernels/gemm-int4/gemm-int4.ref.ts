// Reference of the product with 4-bit weights in f64, on unpacked codes.

export interface Int4Operands {
  /** [rows, inner]. */
  readonly a: ArrayLike<number>
  /** Codes -8..7 [cols, inner]. */
  readonly codes: ArrayLike<number>
  /** [cols, ceil(inner / groupSize)]. */
  readonly scales: ArrayLike<number>
}

/** Sums before the epilogue, and the sums of absolute terms. */
export function gemmInt4Reference(
  { a, codes, scales }: Int4Operands,
  size: { rows: number; cols: number; inner: number; groupSize: number },
): { value: Float64Array; magnitude: Float64Array } {
  const { rows, cols, inner, groupSize } = size
  const groups = Math.ceil(inner / groupSize)
  const value = new Float64Array(rows * cols)
  const magnitude = new Float64Array(rows * cols)
  for (let r = 0; r < rows; r++)
    for (let c = 0; c < cols; c++)
      for (let k = 0; k < inner; k++) {
        const weight = codes[c * inner + k]! * scales[c * groups + Math.floor(k / groupSize)]!
        value[r * cols + c]! += a[r * inner + k]! * weight
        magnitude[r * cols + c]! += Math.abs(a[r * inner + k]! * weight)
      }
  return { value, magnitude }
}

/** GELU from erfc's product-free series: exact by Taylor terms of the normal distribution, or the tanh formula. */
export function geluReference(x: number, form: 'exact' | 'tanh'): number {
  if (form === 'tanh') return 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x)))
  let term = x
  let sum = x
  for (let k = 1; k < 200; k++) {
    term *= (x * x) / (2 * k + 1)
    sum += term
  }
  return x * (0.5 + (sum * Math.exp((-x * x) / 2)) / Math.sqrt(2 * Math.PI))
}
