// Self-attention of 12 heads, forward alone and with its gradient, against the composed form of rivals.
import { attentionError } from './attention-reference.ts'
import { randomFloats } from './check.ts'
import type { BenchCase, Family } from './family.ts'
import type { AttentionTask } from './task.ts'

type Shape = readonly [pass: 'forward' | 'backward', batch: number, tokens: number, headSize: number]

const HEADS = 12
const SMALL: readonly Shape[] = [
  ['forward', 8, 32, 32],
  ['forward', 2, 128, 32],
  ['backward', 8, 32, 32],
  ['backward', 2, 128, 32],
]

/** 12 heads of 64 sequences, 32 numbers a head, at three lengths. */
const FULL: readonly Shape[] = (['forward', 'backward'] as const).flatMap((pass) =>
  [32, 128, 512].map((tokens): Shape => [pass, 64, tokens, 32]),
)

/** Multiply-adds of the products that define the result, twice each: 2 of them forward, 5 more backward. */
const PRODUCTS = { forward: 2, backward: 7 }

function attentionCase([pass, batch, tokens, headSize]: Shape): BenchCase {
  const count = batch * tokens * HEADS * headSize
  return {
    name: `${pass === 'forward' ? 'forward' : 'forward and backward'}, ${batch} × ${tokens} tokens, ${HEADS} × ${headSize}`,
    work: 2 * PRODUCTS[pass] * count * tokens,
    build: async () => {
      const sizes = { batch, tokens, heads: HEADS, headSize }
      const inputs = { qkv: randomFloats(3 * count, 5), gradOut: randomFloats(count, 6) }
      const task: AttentionTask = { kind: 'attention', pass, ...sizes, ...inputs }
      return { task, check: (output) => attentionError(output, task) }
    },
  }
}

const attention: Family = {
  id: 'attention',
  title: 'Attention',
  unit: { name: 'GFLOP/s', scale: 1e9 },
  roof: 'fma',
  cases: (size) => (size === 'small' ? SMALL : FULL).map(attentionCase),
}

export default attention
