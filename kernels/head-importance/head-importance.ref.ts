// f64 reference of head-gate gradients and their sums over texts.

export function headImportanceReference(
  delta: ArrayLike<number>,
  { batch, tokens, heads }: { batch: number; tokens: number; heads: number },
) {
  const gateGradients = new Float64Array(batch * heads)
  for (let i = 0; i < delta.length; i++) gateGradients[Math.floor(i / tokens)]! += delta[i]!
  const over = (of: (gate: number) => number) =>
    Array.from({ length: heads }, (_, h) =>
      gateGradients.filter((_, i) => i % heads === h).reduce((sum, gate) => sum + of(gate), 0),
    )
  return { gateGradients, squares: over((gate) => gate ** 2), absolutes: over(Math.abs) }
}
