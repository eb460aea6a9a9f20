// f64 references of sums and norms over whole tensors.

/** Sum, sum of absolute values, and 1 where an element is not finite. */
export function sumReference(values: ArrayLike<number>) {
  let [sum, absolute, broken] = [0, 0, 0]
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!
    sum += value
    absolute += Math.abs(value)
    if (!Number.isFinite(value)) broken = 1
  }
  return { sum, absolute, broken }
}

export function normReference(tensors: readonly ArrayLike<number>[]): number {
  return Math.sqrt(tensors.reduce((total, x) => total + Array.from(x).reduce((sum, v) => sum + v * v, 0), 0))
}
