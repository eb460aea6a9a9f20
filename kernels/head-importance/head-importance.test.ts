// Head importance on a real device against f64; what the gates' gradients mean is tested with attention.
import { expect, test } from 'vitest'
import { upload, write } from '../runtime/tensor.ts'
import { guardedTensor, maxError, randomValues, readGuarded, testGpu } from '../runtime/testing.ts'
import { headImportanceReference } from './head-importance.ref.ts'
import { headImportance, headImportanceTolerance } from './head-importance.ts'

interface Sizes {
  batch: number
  tokens: number
  heads: number
}

/** Runs `times` times over the same running sums, which start from 0.5. */
async function run(delta: Float32Array<ArrayBuffer>, sizes: Sizes, times = 1) {
  const gpu = await testGpu()
  const bound = upload(gpu, 'f32', delta, { owner: 'test' })
  const gateGradients = guardedTensor(gpu, 'f32', [sizes.batch, sizes.heads])
  const [squares, absolutes] = [0, 1].map(() => {
    const tensor = guardedTensor(gpu, 'f32', [sizes.heads])
    write(gpu, tensor, new Float32Array(sizes.heads).fill(0.5))
    return tensor
  }) as [typeof gateGradients, typeof gateGradients]
  for (let i = 0; i < times; i++)
    headImportance(gpu, { delta: bound, gateGradients, squares, absolutes }, sizes)
  return {
    gateGradients: await readGuarded(gpu, gateGradients),
    squares: await readGuarded(gpu, squares),
    absolutes: await readGuarded(gpu, absolutes),
  }
}

test.each([
  [1, 1, 1],
  [3, 5, 2],
  [7, 13, 12],
  [2, 3, 31],
  [2, 3, 33],
  [129, 2, 7],
])('%i texts of %i tokens, %i heads match f64 and add up over batches', async (batch, tokens, heads) => {
  const sizes = { batch, tokens, heads }
  const delta = randomValues(batch * tokens * heads, 5)
  const expected = headImportanceReference(delta, sizes)
  const allowed = headImportanceTolerance(tokens) * tokens
  for (const times of [1, 2]) {
    const actual = await run(delta, sizes, times)
    expect(maxError(actual.gateGradients, expected.gateGradients)).toBeLessThan(allowed)
    const slack = allowed * batch * tokens * 4 + batch * 2 ** -22
    expect(
      maxError(
        actual.squares,
        expected.squares.map((s) => 0.5 + times * s),
      ),
    ).toBeLessThan(slack)
    expect(
      maxError(
        actual.absolutes,
        expected.absolutes.map((s) => 0.5 + times * s),
      ),
    ).toBeLessThan(slack)
    expect(await run(delta, sizes, times)).toEqual(actual)
  }
})

test('more than 65,535 texts are summed', async () => {
  const sizes = { batch: 65_537, tokens: 1, heads: 1 }
  const { gateGradients, squares } = await run(new Float32Array(65_537).fill(1), sizes)
  expect(gateGradients.every((gate) => gate === 1)).toBe(true)
  expect(squares[0]).toBe(65_537.5)
})

test('NaN stays with its text and head', async () => {
  const delta = new Float32Array(2 * 2 * 2).fill(1)
  delta[0] = Number.NaN
  const { gateGradients, squares } = await run(delta, { batch: 2, tokens: 2, heads: 2 })
  expect([...gateGradients].map(Number.isFinite)).toEqual([false, true, true, true])
  expect([...squares].map(Number.isFinite)).toEqual([false, true])
})
