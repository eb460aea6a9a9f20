// GELU on a real device against f64, forward and backward, over the whole range and ragged sizes.
import { expect, test } from 'vitest'
import { upload } from '../runtime/tensor.ts'
import { guardedTensor, numericalGradient, randomValues, readGuarded, testGpu } from '../runtime/testing.ts'
import { erf, geluGradReference, geluReference } from './gelu.ref.ts'
import { GELU_TOLERANCE, gelu, geluGrad } from './gelu.ts'

const forms = ['exact', 'tanh'] as const

async function run(values: Float32Array<ArrayBuffer>, form: 'exact' | 'tanh') {
  const gpu = await testGpu()
  const count = values.length
  const x = upload(gpu, 'f32', values, { owner: 'test' })
  const gradOut = upload(gpu, 'f32', new Float32Array(count).fill(1), { owner: 'test' })
  const out = guardedTensor(gpu, 'f32', [count])
  const grad = guardedTensor(gpu, 'f32', [count])
  gelu(gpu, { x, out }, { count, form })
  geluGrad(gpu, { x, gradOut, out: grad }, { count, form })
  return { out: await readGuarded(gpu, out), grad: await readGuarded(gpu, grad) }
}

test('the reference erf agrees with published values', () => {
  expect(erf(0.5)).toBeCloseTo(0.5204998778130465, 14)
  expect(erf(-1)).toBeCloseTo(-0.8427007929497149, 14)
  expect(erf(3)).toBeCloseTo(0.9999779095030014, 14)
})

test.each(forms)('the reference slope of gelu %s is its finite difference', (form) => {
  for (const x of [-6, -2.5, -0.7, 0, 0.3, 1.9, 5]) {
    const numeric = numericalGradient((at) => geluReference(at[0]!, form), Float64Array.of(x))
    expect(Math.abs(numeric[0]! - geluGradReference(x, form))).toBeLessThan(1e-9)
  }
})

test.each(forms)(
  'gelu %s and its slope match f64 at every size, without touching neighbors',
  async (form) => {
    for (const count of [1, 2, 3, 4, 5, 255, 256, 257, 511, 513, 4099]) {
      const values = randomValues(count, count, 8)
      const { out, grad } = await run(values, form)
      values.forEach((x, i) => {
        const allowed = GELU_TOLERANCE * (1 + Math.abs(x))
        expect(Math.abs(out[i]! - geluReference(x, form))).toBeLessThan(allowed)
        expect(Math.abs(grad[i]! - geluGradReference(x, form))).toBeLessThan(allowed)
      })
    }
  },
)

test.each(forms)('gelu %s is finite and right for huge inputs, and NaN stays NaN', async (form) => {
  const values = Float32Array.of(0, -0, 13, -13, 40, -40, 1e30, -1e30, Number.NaN)
  const { out, grad } = await run(values, form)
  const limits = [0, 0, 13, 0, 40, 0, Math.fround(1e30), 0]
  limits.forEach((limit, i) => {
    expect(Math.abs(out[i]! - limit)).toBeLessThan(1e-12)
  })
  expect(out[8]).toBeNaN()
  expect([...grad.subarray(2, 8)].map(Math.round).map(Math.abs)).toEqual([1, 0, 1, 0, 1, 0])
})

test('more than 65,535 workgroups are folded into two dimensions', async () => {
  const count = 65_535 * 512 + 3
  const { out } = await run(new Float32Array(count).fill(1), 'tanh')
  const expected = geluReference(1, 'tanh')
  expect(out.every((y) => Math.abs(y - expected) < 2 * GELU_TOLERANCE)).toBe(true)
})

test('the same input gives the same bits', async () => {
  const values = randomValues(1000, 9, 5)
  expect(await run(values, 'exact')).toEqual(await run(values, 'exact'))
})
