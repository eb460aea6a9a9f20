// f64 reference of the masked squared distance of hidden states.

export function hiddenMseReference(
  student: ArrayLike<number>,
  teacher: ArrayLike<number>,
  { mask, cols, scale }: { mask: ArrayLike<number>; cols: number; scale: number },
) {
  const loss = new Float64Array(mask.length)
  const grad = new Float64Array(student.length)
  for (let i = 0; i < student.length; i++) {
    const row = Math.floor(i / cols)
    if (!mask[row]) continue
    const distance = student[i]! - teacher[i]!
    loss[row]! += scale * distance ** 2
    grad[i] = 2 * scale * distance
  }
  return { loss, grad }
}
