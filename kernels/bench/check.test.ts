// The checks before timing: right results pass, one wrong output anywhere does not.
import { expect, it } from 'vitest'
import { attentionReference } from '../attention/attention.ref.ts'
import { matmulReference } from '../matmul/matmul.ref.ts'
import { attentionError } from './attention-reference.ts'
import { chosenError, productError, randomFloats } from './check.ts'
import type { AttentionTask } from './task.ts'

it.each(['NN', 'NT', 'TN'] as const)(
  'accepts a product of form %s in F32 and finds one wrong output',
  (form) => {
    const shape = { form, rows: 37, cols: 41, inner: 29 }
    const a = randomFloats(37 * 29, 1)
    const b = randomFloats(29 * 41, 2)
    const right = Float32Array.from(matmulReference(a, b, shape).value)
    expect(productError(right, { ...shape, a, b })).toBeLessThan(0.5)
    for (const at of [0, 700, right.length - 1]) {
      const wrong = right.slice()
      wrong[at]! += 0.01
      expect(productError(wrong, { ...shape, a, b })).toBeGreaterThan(1)
      wrong[at] = Number.NaN
      expect(productError(wrong, { ...shape, a, b })).toBe(Number.POSITIVE_INFINITY)
    }
    expect(productError(right.subarray(1), { ...shape, a, b })).toBeNaN()
  },
)

it('compares chosen values and wants all of them finite', () => {
  const options = { count: 5000, expected: (i: number) => i, allowed: 0.5 }
  const values = Float32Array.from({ length: 5000 }, (_, i) => i)
  expect(chosenError(values, options)).toBe(0)
  expect(chosenError(values.with(4999, 5000), options)).toBe(2)
  expect(chosenError(values.with(2501, Number.NaN), options)).toBe(Number.POSITIVE_INFINITY)
  expect(chosenError(values.subarray(1), options)).toBeNaN()
})

it('accepts attention as the kernel’s own reference has it, and finds another scale', () => {
  const sizes = { batch: 2, tokens: 7, heads: 3, headSize: 4 }
  const count = 2 * 7 * 3 * 4
  const inputs = { qkv: randomFloats(3 * count, 3), gradOut: randomFloats(count, 4) }
  const task: AttentionTask = { kind: 'attention', pass: 'forward', ...sizes, ...inputs }
  const { out } = attentionReference({
    ...sizes,
    qkv: inputs.qkv,
    mask: new Uint8Array(14).fill(1),
    gates: [1, 1, 1],
  })
  expect(attentionError(Float32Array.from(out), task)).toBeLessThan(0.5)
  expect(
    attentionError(
      out.map((value) => 1.001 * value),
      task,
    ),
  ).toBeGreaterThan(1)
})
