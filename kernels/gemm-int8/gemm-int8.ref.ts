// Reference of the 8-bit product in f64: exact sums of integers, then the epilogue.

export interface Int8Operands {
  /** [rows, inner] and [cols, inner]. */
  readonly codesA: Int8Array
  readonly codesW: Int8Array
  readonly scalesA: ArrayLike<number>
  readonly scalesW: ArrayLike<number>
}

/** Scaled sums [rows, cols] before bias, GELU and residual. */
export function gemmInt8Reference(
  { codesA, codesW, scalesA, scalesW }: Int8Operands,
  { rows, cols, inner }: { rows: number; cols: number; inner: number },
): Float64Array {
  return Float64Array.from({ length: rows * cols }, (_, i) => {
    const r = Math.floor(i / cols)
    const c = i % cols
    let sum = 0
    for (let k = 0; k < inner; k++) sum += codesA[r * inner + k]! * codesW[c * inner + k]!
    return sum * scalesA[r]! * scalesW[c]!
  })
}

/** GELU by numerical integration of the normal density (Simpson, 2000 steps), or the tanh formula. */
export function geluReference(x: number, form: 'exact' | 'tanh'): number {
  if (form === 'tanh') return 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x)))
  const steps = 2000
  const density = (t: number) => Math.exp((-t * t) / 2) / Math.sqrt(2 * Math.PI)
  let area = density(0) + density(x)
  for (let i = 1; i < steps; i++) area += (i % 2 === 1 ? 4 : 2) * density((x * i) / steps)
  return x * (0.5 + (area * x) / steps / 3)
}
