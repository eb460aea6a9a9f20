// f64 reference of one AdamW step, in the textbook order: clip, decay, moments, bias-corrected update.

export interface AdamwState {
  readonly parameter: readonly number[]
  readonly momentum: readonly number[]
  readonly variance: readonly number[]
}

export interface AdamwHyper {
  readonly learningRate: number
  readonly beta1: number
  readonly beta2: number
  readonly epsilon: number
  readonly weightDecay: number
  readonly step: number
  readonly clipNorm: number
}

export function adamwReference(
  state: AdamwState,
  gradient: readonly number[],
  norm: number,
  h: AdamwHyper,
): AdamwState {
  const clipped = norm > h.clipNorm ? gradient.map((g) => (g * h.clipNorm) / (norm + 1e-6)) : gradient
  const momentum = state.momentum.map((m, i) => h.beta1 * m + (1 - h.beta1) * clipped[i]!)
  const variance = state.variance.map((v, i) => h.beta2 * v + (1 - h.beta2) * clipped[i]! ** 2)
  const parameter = state.parameter.map((p, i) => {
    const mHat = momentum[i]! / (1 - h.beta1 ** h.step)
    const vHat = variance[i]! / (1 - h.beta2 ** h.step)
    return p - h.learningRate * (mHat / (Math.sqrt(vHat) + h.epsilon) + h.weightDecay * p)
  })
  return { parameter, momentum, variance }
}
