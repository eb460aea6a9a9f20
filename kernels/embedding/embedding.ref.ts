// f64 reference of the embedding lookup and of its gradients by scattering one row at a time.

interface Tables {
  readonly ids: ArrayLike<number>
  readonly word: ArrayLike<number>
  readonly position: ArrayLike<number>
  readonly type?: ArrayLike<number>
  readonly tokens: number
  readonly cols: number
}

export function embedReference({ ids, word, position, type, tokens, cols }: Tables): Float64Array {
  const out = new Float64Array(ids.length * cols)
  for (let r = 0; r < ids.length; r++)
    for (let c = 0; c < cols; c++)
      out[r * cols + c] =
        word[ids[r]! * cols + c]! + position[(r % tokens) * cols + c]! + (type ? type[c]! : 0)
  return out
}

/** Gradients of the three tables, each of the given number of rows. */
export function embedGradReference(
  gradOut: ArrayLike<number>,
  { ids, tokens, cols }: { ids: ArrayLike<number>; tokens: number; cols: number },
  rows: { word: number; position: number; type: number },
) {
  const word = new Float64Array(rows.word * cols)
  const position = new Float64Array(rows.position * cols)
  const type = new Float64Array(rows.type * cols)
  for (let r = 0; r < ids.length; r++)
    for (let c = 0; c < cols; c++) {
      const g = gradOut[r * cols + c]!
      word[ids[r]! * cols + c]! += g
      position[(r % tokens) * cols + c]! += g
      type[c]! += g
    }
  return { word, position, type }
}
