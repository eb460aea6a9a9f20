// f64 reference of layer normalization; gradients by the Jacobian of the normalized row, written out element by element.

interface Inputs {
  readonly x: ArrayLike<number>
  readonly gamma: ArrayLike<number>
  readonly beta: ArrayLike<number>
  readonly cols: number
  readonly epsilon: number
}

function normalizedRow(row: number[], epsilon: number) {
  const mean = row.reduce((a, b) => a + b) / row.length
  const variance = row.reduce((a, b) => a + (b - mean) ** 2, 0) / row.length
  const deviation = Math.sqrt(variance + epsilon)
  return { mean, deviation, normalized: row.map((v) => (v - mean) / deviation) }
}

const rowsOf = (x: ArrayLike<number>, cols: number) =>
  Array.from({ length: x.length / cols }, (_, r) => Array.from(x).slice(r * cols, (r + 1) * cols))

export function layerNormReference({ x, gamma, beta, cols, epsilon }: Inputs) {
  const parts = rowsOf(x, cols).map((row) => normalizedRow(row, epsilon))
  return {
    out: parts.flatMap((part) => part.normalized.map((n, c) => n * gamma[c]! + beta[c]!)),
    stats: parts.flatMap(({ mean, deviation }) => [mean, 1 / deviation]),
  }
}

/** d normalized[j] / d x[i] = ((i == j) - 1/C - n_i n_j / C) / deviation. */
export function layerNormGradReference(inputs: Inputs, gradOut: ArrayLike<number>) {
  const { x, gamma, cols, epsilon } = inputs
  const gradX: number[] = []
  const gradGamma = new Float64Array(cols)
  const gradBeta = new Float64Array(cols)
  rowsOf(x, cols).forEach((row, r) => {
    const { deviation, normalized } = normalizedRow(row, epsilon)
    for (let i = 0; i < cols; i++) {
      let sum = 0
      for (let j = 0; j < cols; j++) {
        const jacobian = ((i === j ? 1 : 0) - 1 / cols - (normalized[i]! * normalized[j]!) / cols) / deviation
        sum += gradOut[r * cols + j]! * gamma[j]! * jacobian
      }
      gradX.push(sum)
      gradGamma[i]! += gradOut[r * cols + i]! * normalized[i]!
      gradBeta[i]! += gradOut[r * cols + i]!
    }
  })
  return { gradX, gradGamma, gradBeta }
}
