// Reference for gather and scatter: plain indexing. Copies are exact, so tests compare bits.

export function gatherReference(
  x: ArrayLike<number>,
  sourceCols: number,
  rowIndices: readonly number[],
  columnIndices: readonly number[],
): number[] {
  return rowIndices.flatMap((row) => columnIndices.map((column) => x[row * sourceCols + column]!))
}

export function scatterReference(
  x: ArrayLike<number>,
  cols: number,
  rowIndices: readonly number[],
  before: ArrayLike<number>,
): number[] {
  const out = Array.from(before)
  rowIndices.forEach((row, r) => {
    for (let c = 0; c < cols; c++) out[row * cols + c] = x[r * cols + c]!
  })
  return out
}
