// f64 reference of GELU. erf by its Maclaurin series, summed far enough for |x| < 6; beyond, it is 1 to f64 accuracy.

/** erf(x) = 2/sqrt(pi) exp(-x^2) sum_n 2^n x^(2n+1) / (2n+1)!!, all terms of one sign. */
export function erf(x: number): number {
  if (Math.abs(x) > 6) return Math.sign(x)
  let term = x
  let sum = x
  for (let n = 1; Math.abs(term) > 1e-18 * Math.abs(sum); n++) {
    term *= (2 * x * x) / (2 * n + 1)
    sum += term
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum
}

export function geluReference(x: number, form: 'exact' | 'tanh'): number {
  if (form === 'exact') return 0.5 * x * (1 + erf(x / Math.SQRT2))
  return 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)))
}

export function geluGradReference(x: number, form: 'exact' | 'tanh'): number {
  if (form === 'exact')
    return 0.5 * (1 + erf(x / Math.SQRT2)) + (x * Math.exp((-x * x) / 2)) / Math.sqrt(2 * Math.PI)
  const c = Math.sqrt(2 / Math.PI)
  const z = c * (x + 0.044715 * x ** 3)
  const sech2 = 1 / Math.cosh(z) ** 2
  return 0.5 * (1 + Math.tanh(z)) + 0.5 * x * sech2 * c * (1 + 3 * 0.044715 * x * x)
}
