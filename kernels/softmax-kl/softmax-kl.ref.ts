// f64 reference of the distillation loss by its definition, with log-softmax written out.

const logSoftmax = (logits: readonly number[], temperature: number) => {
  const scaled = logits.map((z) => z / temperature)
  const shift = Math.max(...scaled)
  const logSum = shift + Math.log(scaled.reduce((sum, z) => sum + Math.exp(z - shift), 0))
  return scaled.map((z) => z - logSum)
}

/** scale * T^2 * KL(teacher || student) of one row and its gradient by the student's logits. */
export function softmaxKlReference(
  teacher: readonly number[],
  student: readonly number[],
  { temperature, scale }: { temperature: number; scale: number },
) {
  const logP = logSoftmax(teacher, temperature)
  const logQ = logSoftmax(student, temperature)
  const divergence = logP.reduce((sum, lp, c) => sum + Math.exp(lp) * (lp - logQ[c]!), 0)
  return {
    loss: scale * temperature ** 2 * divergence,
    grad: logQ.map((lq, c) => scale * temperature * (Math.exp(lq) - Math.exp(logP[c]!))),
  }
}
