// Reference of symmetric quantization in f64, group by group (a row is one group of 8-bit codes).

export interface Quantized {
  /** One per group. */
  readonly scales: Float64Array
  /** x / scale before rounding, one per element. */
  readonly quotients: Float64Array
}

/** Largest magnitude over `levels` per run of `group` columns; groups of zeros get scale 1. */
export function quantizeReference(
  x: ArrayLike<number>,
  options: { rows: number; cols: number; group: number; levels: number },
): Quantized {
  const { rows, cols, group, levels } = options
  const perRow = Math.ceil(cols / group)
  const scales = new Float64Array(rows * perRow)
  for (let i = 0; i < rows * cols; i++) {
    const slot = Math.floor(i / cols) * perRow + Math.floor((i % cols) / group)
    scales[slot] = Math.max(scales[slot]!, Math.abs(x[i]!) / levels)
  }
  for (let slot = 0; slot < scales.length; slot++) if (scales[slot] === 0) scales[slot] = 1
  const quotients = Float64Array.from({ length: rows * cols }, (_, i) => {
    return x[i]! / scales[Math.floor(i / cols) * perRow + Math.floor((i % cols) / group)]!
  })
  return { scales, quotients }
}

/** Nearest integer, halves to the even one. */
export function roundHalfEven(x: number): number {
  const below = Math.floor(x)
  if (x - below !== 0.5) return Math.round(x)
  return below % 2 === 0 ? below : below + 1
}
