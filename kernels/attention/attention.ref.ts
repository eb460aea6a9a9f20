// f64 reference of attention with whole score matrices; gradients by the chain rule through the softmax's Jacobian.

export interface AttentionCase {
  readonly qkv: ArrayLike<number>
  readonly mask: ArrayLike<number>
  /** Factor of each head's output, to differentiate by; 1 where absent, as the kernels have it. */
  readonly gates?: ArrayLike<number>
  readonly batch: number
  readonly tokens: number
  readonly heads: number
  readonly headSize: number
}

/** Element d of head h of part 0 (query), 1 (key) or 2 (value) in row r. */
const place = (c: AttentionCase, part: number, r: number, h: number, d: number) =>
  ((r * 3 + part) * c.heads + h) * c.headSize + d

const gateOf = ({ gates }: AttentionCase, h: number) => gates?.[h] ?? 1

const range = (n: number) => [...Array(n).keys()]

/** Softmax weights [tokens][tokens] and log-sum-exp [tokens] of sequence b, head h. */
function weightsOf(c: AttentionCase, b: number, h: number) {
  const at = (part: number, t: number, d: number) => c.qkv[place(c, part, b * c.tokens + t, h, d)]!
  const lines = range(c.tokens).map((t) => {
    const visible = range(c.tokens).map((j) => Boolean(c.mask[b * c.tokens + j]))
    const scores = range(c.tokens).map(
      (j) => range(c.headSize).reduce((sum, d) => sum + at(0, t, d) * at(1, j, d), 0) / Math.sqrt(c.headSize),
    )
    const shift = Math.max(...scores)
    const exps = scores.map((score, j) => (visible[j] ? Math.exp(score - shift) : 0))
    const sum = exps.reduce((x, y) => x + y, 0)
    const logSumExp = sum > 0 ? shift + Math.log(sum) : 3e38
    return { weights: exps.map((e) => (sum > 0 ? e / sum : 0)), logSumExp }
  })
  return { weights: lines.map((l) => l.weights), logSumExp: lines.map((l) => l.logSumExp) }
}

export function attentionReference(c: AttentionCase) {
  const out = new Float64Array(c.batch * c.tokens * c.heads * c.headSize)
  const logSumExp: number[] = []
  for (const b of range(c.batch))
    for (const h of range(c.heads)) {
      const part = weightsOf(c, b, h)
      logSumExp.push(...part.logSumExp)
      for (const t of range(c.tokens))
        for (const d of range(c.headSize)) {
          const sum = part.weights[t]!.reduce(
            (s, w, j) => s + w * c.qkv[place(c, 2, b * c.tokens + j, h, d)]!,
            0,
          )
          out[((b * c.tokens + t) * c.heads + h) * c.headSize + d] = gateOf(c, h) * sum
        }
    }
  return { out, logSumExp }
}

/** Gradients of qkv and gates. */
export function attentionGradReference(c: AttentionCase, gradOut: ArrayLike<number>) {
  const gradQkv = new Float64Array(c.qkv.length)
  const gradGates = new Float64Array(c.heads)
  const scale = 1 / Math.sqrt(c.headSize)
  for (const b of range(c.batch))
    for (const h of range(c.heads)) {
      const { weights } = weightsOf(c, b, h)
      for (const t of range(c.tokens)) {
        const g = (d: number) => gradOut[((b * c.tokens + t) * c.heads + h) * c.headSize + d]!
        const index = (part: number, row: number, d: number) => place(c, part, b * c.tokens + row, h, d)
        const gradWeight = range(c.tokens).map((j) =>
          range(c.headSize).reduce((s, d) => s + g(d) * c.qkv[index(2, j, d)]!, 0),
        )
        const mean = gradWeight.reduce((s, x, j) => s + x * weights[t]![j]!, 0)
        gradGates[h]! += mean
        for (const j of range(c.tokens)) {
          const w = weights[t]![j]!
          const gradScore = gateOf(c, h) * w * (gradWeight[j]! - mean) * scale
          for (const d of range(c.headSize)) {
            gradQkv[index(0, t, d)]! += gradScore * c.qkv[index(1, j, d)]!
            gradQkv[index(1, j, d)]! += gradScore * c.qkv[index(0, t, d)]!
            gradQkv[index(2, j, d)]! += gateOf(c, h) * w * g(d)
          }
        }
      }
    }
  return { gradQkv, gradGates }
}
