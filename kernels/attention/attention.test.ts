// Attention on a real device against f64, forward and backward.
import { expect, test } from 'vitest'
import type { Gpu } from '../runtime/gpu.ts'
import { upload } from '../runtime/tensor.ts'
import {
  guardedTensor,
  maxError,
  numericalGradient,
  randomValues,
  readGuarded,
  testGpu,
} from '../runtime/testing.ts'
import { type AttentionCase, attentionGradReference, attentionReference } from './attention.ref.ts'
import {
  type AttentionForm,
  attentionBackward,
  attentionForms,
  attentionForward,
  attentionTolerance,
} from './attention.ts'

type Example = AttentionCase & {
  qkv: Float32Array<ArrayBuffer>
  mask: Uint32Array<ArrayBuffer>
  gradOut: Float32Array<ArrayBuffer>
}

/** Every sequence but the first is padded; with `hidden`, the last sees nothing at all. */
function example(batch: number, tokens: number, heads: number, headSize: number, hidden = false): Example {
  const rows = batch * tokens
  const mask = Uint32Array.from({ length: rows }, (_, r) => {
    const sequence = Math.floor(r / tokens)
    if (hidden && sequence === batch - 1) return 0
    return r % tokens < Math.max(1, tokens - 2 * sequence) ? 1 : 0
  })
  return {
    qkv: randomValues(rows * 3 * heads * headSize, tokens + headSize, 1.5),
    gradOut: randomValues(rows * heads * headSize, 8),
    mask,
    batch,
    tokens,
    heads,
    headSize,
  }
}

/** `launcher` launches, and may be a device with other limits over the same buffers. */
async function run(e: Example & { form?: AttentionForm }, launcher?: Gpu) {
  const gpu = await testGpu()
  const { batch, tokens, heads, headSize } = e
  const owner = { owner: 'test' }
  const qkv = upload(gpu, 'f32', e.qkv, owner)
  const mask = upload(gpu, 'u32', e.mask, owner)
  const gradOut = upload(gpu, 'f32', e.gradOut, owner)
  const out = guardedTensor(gpu, 'f32', [batch * tokens, heads * headSize])
  const logSumExp = guardedTensor(gpu, 'f32', [batch, heads, tokens])
  const delta = guardedTensor(gpu, 'f32', [batch, heads, tokens])
  const gradQkv = guardedTensor(gpu, 'f32', [batch * tokens, 3 * heads * headSize])
  attentionForward(launcher ?? gpu, { qkv, mask, out, logSumExp }, e)
  attentionBackward(launcher ?? gpu, { qkv, mask, out, gradOut, logSumExp, delta, gradQkv }, e)
  return {
    out: await readGuarded(gpu, out),
    logSumExp: await readGuarded(gpu, logSumExp),
    delta: await readGuarded(gpu, delta),
    gradQkv: await readGuarded(gpu, gradQkv),
  }
}

const largest = (values: ArrayLike<number>) => Math.max(1, ...Array.from(values, Math.abs))

function expectClose(e: Example, actual: Awaited<ReturnType<typeof run>>) {
  const forward = attentionReference(e)
  const { gradQkv } = attentionGradReference(e, e.gradOut)
  // A bound on the scores: 1.5 * 1.5 * D / sqrt(D).
  const allowed = attentionTolerance(e.tokens, e.headSize, 2.25 * Math.sqrt(e.headSize))
  expect(maxError(actual.out, forward.out)).toBeLessThan(allowed * largest(e.qkv))
  expect(maxError(actual.logSumExp, Array.from(forward.logSumExp, Math.fround))).toBeLessThan(8 * allowed)
  expect(maxError(actual.gradQkv, gradQkv)).toBeLessThan(allowed * largest(gradQkv) * Math.sqrt(e.headSize))
}

test('the reference gradients are finite differences', () => {
  const e = { ...example(2, 3, 2, 2), gates: Float32Array.of(0.75, 1.25) }
  const loss = (part: object) =>
    attentionReference({ ...e, ...part }).out.reduce((sum, y, i) => sum + y * e.gradOut[i]!, 0)
  const expected = attentionGradReference(e, e.gradOut)
  const numeric = (name: 'qkv' | 'gates') =>
    numericalGradient((at) => loss({ [name]: at }), Float64Array.from(e[name]))
  expect(maxError(numeric('qkv'), expected.gradQkv)).toBeLessThan(1e-9)
  expect(maxError(numeric('gates'), expected.gradGates)).toBeLessThan(1e-9)
})

test.each([
  [1, 1, 1, 1],
  [3, 5, 2, 3],
  [1, 9, 2, 64],
  [2, 33, 1, 4],
  [2, 4, 12, 4],
  [2, 9, 2, 12],
  [1, 131, 1, 8],
  [2, 270, 1, 4],
])('batch %i, %i tokens, %i heads of %i match f64 and repeat bit for bit', async (...sizes) => {
  const e = example(...(sizes as [number, number, number, number]))
  const actual = await run(e)
  expectClose(e, actual)
  expect(await run(e)).toEqual(actual)
})

test.each([
  [3, 4],
  [9, 4],
  [56, 3],
  [61, 8],
  [270, 4],
])('%i tokens, heads of %i: all forms give the same bits', async (tokens, headSize) => {
  const forms = attentionForms(await testGpu())
  const e = example(2, tokens, 2, headSize)
  const first = await run({ ...e, form: forms[0]! })
  expectClose(e, first)
  for (const form of forms.slice(1)) expect(await run({ ...e, form })).toEqual(first)
})

test('a sequence without any visible key gives 0 and no gradient', async () => {
  const e = example(2, 5, 2, 4, true)
  const actual = await run(e)
  expectClose(e, actual)
  expect(actual.out.subarray(5 * 8).every((y) => y === 0)).toBe(true)
  expect(actual.gradQkv.subarray(5 * 24).every((y) => y === 0)).toBe(true)
})

test('delta summed over tokens and sequences is the gradient of factors 1 on the heads’ outputs', async () => {
  const e = example(2, 6, 3, 4)
  const { delta } = await run(e)
  const sums = [0, 1, 2].map((h) =>
    delta.reduce((sum, value, i) => (Math.floor(i / 6) % 3 === h ? sum + value : sum), 0),
  )
  expect(maxError(sums, attentionGradReference(e, e.gradOut).gradGates)).toBeLessThan(1e-5)
})

test('large scores do not overflow, and NaN ends', async () => {
  const e = example(1, 5, 1, 4)
  e.qkv = e.qkv.map((v) => v * 40)
  const { out } = await run(e)
  expect(maxError(out, attentionReference(e).out)).toBeLessThan(60 * attentionTolerance(5, 4, 7200))
  e.qkv[0] = Number.NaN
  expect((await run(e)).out[0]).toBeNaN()
})

test.each([
  [70, 2, 3, 4],
  [2, 140, 1, 4],
])('work larger than a submission is split without a change of bits: %i × %i tokens', async (...sizes) => {
  const gpu = await testGpu()
  const e = example(...(sizes as [number, number, number, number]))
  const small: typeof gpu = Object.create(gpu, { operationsPerSubmission: { value: 1 } })
  small.dispatch = gpu.dispatch.bind(gpu)
  expect(await run(e, small)).toEqual(await run(e))
})

test('scratch is bounded and given back', async () => {
  const gpu = await testGpu()
  const e = example(1, 1100, 2, 1)
  await run(e)
  const before = gpu.pool.ledger.now
  const peak = gpu.pool.watchPeak()
  await run(e)
  // All weights of both heads would be 9.7 MB, 19 MB with their gradients.
  expect(peak() - before).toBeLessThan(4e6)
})

test('more than 65,535 workgroups are folded into two dimensions', async () => {
  const e = example(1, 1, 1, 1)
  const batch = 65_536 * 32 + 1
  const actual = await run({
    ...e,
    batch,
    qkv: new Float32Array(batch * 3).fill(0.5),
    mask: new Uint32Array(batch).fill(1),
    gradOut: new Float32Array(batch).fill(3),
  })
  expect(actual.out.every((y) => y === 0.5)).toBe(true)
  expect(actual.delta.every((y) => y === 1.5)).toBe(true)
  expect(actual.gradQkv.every((y, i) => y === (i % 3 === 2 ? 3 : 0))).toBe(true)
})
