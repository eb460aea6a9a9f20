// f64 reference of neuron-gate gradients: the derivative of a loss by a factor on one neuron of one text.

export function neuronImportanceReference(
  activation: ArrayLike<number>,
  gradient: ArrayLike<number>,
  { batch, tokens, neurons }: { batch: number; tokens: number; neurons: number },
) {
  const gateGradients = new Float64Array(batch * neurons)
  const squares = new Float64Array(neurons)
  const absolutes = new Float64Array(neurons)
  for (let i = 0; i < activation.length; i++) {
    const text = Math.floor(i / (tokens * neurons))
    gateGradients[text * neurons + (i % neurons)]! += activation[i]! * gradient[i]!
  }
  gateGradients.forEach((gate, i) => {
    squares[i % neurons]! += gate * gate
    absolutes[i % neurons]! += Math.abs(gate)
  })
  return { gateGradients, squares, absolutes }
}
