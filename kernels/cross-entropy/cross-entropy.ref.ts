// f64 reference of cross-entropy from log-probabilities, one row at a time.

/** Loss and gradient of one row; a label below 0 is no label. */
export function crossEntropyReference(logits: readonly number[], label: number, scale: number) {
  if (label < 0) return { loss: 0, grad: logits.map(() => 0) }
  const shift = Math.max(...logits)
  const logSum = shift + Math.log(logits.reduce((sum, z) => sum + Math.exp(z - shift), 0))
  const logProbabilities = logits.map((z) => z - logSum)
  return {
    loss: -scale * logProbabilities[label]!,
    grad: logProbabilities.map((lp, c) => scale * (Math.exp(lp) - (c === label ? 1 : 0))),
  }
}
