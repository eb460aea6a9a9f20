// Sums and gradient norms on a real device against f64, and the flag for values that are not finite.
import { describe, expect, test } from 'vitest'
import { possibleSharers } from '../lib/row-sharing.ts'
import { upload } from '../runtime/tensor.ts'
import { guardedTensor, randomValues, readGuarded, testGpu } from '../runtime/testing.ts'
import { normReference, sumReference } from './reduce.ref.ts'
import { gradientNorm, lossSum, sumTolerance } from './reduce.ts'

const SHARERS = possibleSharers(await testGpu())

async function sum(values: Float32Array<ArrayBuffer>, sharers = 1) {
  const gpu = await testGpu()
  const loss = upload(gpu, 'f32', values, { owner: 'test' })
  const out = guardedTensor(gpu, 'f32', [2])
  lossSum(gpu, { loss, out }, { sharers })
  return [...(await readGuarded(gpu, out))] as [number, number]
}

async function norm(tensors: Float32Array<ArrayBuffer>[], sharers = 1) {
  const gpu = await testGpu()
  const gradients = tensors.map((values) => upload(gpu, 'f32', values, { owner: 'test' }))
  const out = guardedTensor(gpu, 'f32', [2])
  gradientNorm(gpu, gradients, out, { sharers })
  return [...(await readGuarded(gpu, out))] as [number, number]
}

describe.each(SHARERS)('%i invocations a chunk', (sharers) => {
  test.each([1, 2, 255, 256, 257, 4099, 65_537, 65_536 * 256 + 1])(
    'the sum of %i elements matches f64',
    async (count) => {
      const values = randomValues(count, count)
      const [actual, broken] = await sum(values, sharers)
      const expected = sumReference(values)
      expect(Math.abs(actual - expected.sum)).toBeLessThan(sumTolerance(count) * expected.absolute + 1e-30)
      expect(broken).toBe(0)
      expect(await sum(values, sharers)).toEqual([actual, 0])
    },
  )

  test.each([[[1]], [[3, 256, 257, 1]], [Array.from({ length: 40 }, (_, i) => 1 + 97 * i)], [[70_001, 5]]])(
    'the norm of tensors of %j elements matches f64, twice the same bits',
    async (counts) => {
      const tensors = counts.map((count, i) => randomValues(count, i + 1, 0.1))
      const [actual, broken] = await norm(tensors, sharers)
      const expected = normReference(tensors)
      const total = counts.reduce((a, b) => a + b)
      expect(Math.abs(actual - expected)).toBeLessThan(sumTolerance(total) * expected + 1e-30)
      expect(broken).toBe(0)
      expect(await norm(tensors, sharers)).toEqual([actual, 0])
    },
  )

  test.each([Number.NaN, Infinity, -Infinity])(
    'one %f anywhere sets the flag of sum and norm',
    async (bad) => {
      for (const place of [0, 300, 70_000]) {
        const values = randomValues(70_001, 4)
        values[place] = bad
        expect((await sum(values, sharers))[1]).toBe(1)
        expect((await norm([randomValues(10, 1), values], sharers))[1]).toBe(1)
      }
    },
  )

  test('infinities that cancel still set the flag', async () => {
    const values = new Float32Array(600)
    values[0] = Infinity
    values[599] = -Infinity
    expect((await sum(values, sharers))[1]).toBe(1)
  })

  test('a sum or a norm that overflows sets the flag though every element is finite', async () => {
    expect((await sum(new Float32Array(1000).fill(3e38), sharers))[1]).toBe(1)
    expect((await norm([new Float32Array(1000).fill(1e30)], sharers))[1]).toBe(1)
  })
})

test('no scratch is left behind', async () => {
  const gpu = await testGpu()
  await sum(randomValues(70_000, 1))
  expect(gpu.pool.ledger.byOwner.get('scratch')).toBeUndefined()
})
