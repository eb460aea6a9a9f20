// Neuron importance on a real device against f64.
import { expect, test } from 'vitest'
import { upload, write } from '../runtime/tensor.ts'
import {
  guardedTensor,
  maxError,
  numericalGradient,
  randomValues,
  readGuarded,
  testGpu,
} from '../runtime/testing.ts'
import { neuronImportanceReference } from './neuron-importance.ref.ts'
import { neuronImportance, neuronImportanceTolerance } from './neuron-importance.ts'

interface Sizes {
  batch: number
  tokens: number
  neurons: number
}

/** Runs `times` times over the same running sums, which start from 0.5. */
async function run(
  activation: Float32Array<ArrayBuffer>,
  gradient: Float32Array<ArrayBuffer>,
  sizes: Sizes,
  times = 1,
) {
  const gpu = await testGpu()
  const on = (values: Float32Array<ArrayBuffer>) => upload(gpu, 'f32', values, { owner: 'test' })
  const inputs = { activation: on(activation), gradient: on(gradient) }
  const gateGradients = guardedTensor(gpu, 'f32', [sizes.batch, sizes.neurons])
  const [squares, absolutes] = [0, 1].map(() => {
    const tensor = guardedTensor(gpu, 'f32', [sizes.neurons])
    write(gpu, tensor, new Float32Array(sizes.neurons).fill(0.5))
    return tensor
  }) as [typeof gateGradients, typeof gateGradients]
  for (let i = 0; i < times; i++)
    neuronImportance(gpu, { ...inputs, gateGradients, squares, absolutes }, sizes)
  return {
    gateGradients: await readGuarded(gpu, gateGradients),
    squares: await readGuarded(gpu, squares),
    absolutes: await readGuarded(gpu, absolutes),
  }
}

test('the reference is the derivative of a loss by gates on the activation', () => {
  const sizes = { batch: 2, tokens: 3, neurons: 2 }
  const [activation, weights] = [randomValues(12, 1), randomValues(12, 2)]
  const gated = (gates: Float64Array, i: number) =>
    activation[i]! * gates[Math.floor(i / 6) * 2 + (i % 2)]! + 0.3 * i
  const loss = (gates: Float64Array) => weights.reduce((sum, w, i) => sum + w * Math.sin(gated(gates, i)), 0)
  const ones = new Float64Array(4).fill(1)
  const gradient = weights.map((w, i) => w * Math.cos(gated(ones, i)))
  const { gateGradients } = neuronImportanceReference(activation, gradient, sizes)
  expect(maxError(gateGradients, numericalGradient(loss, ones))).toBeLessThan(1e-6)
})

test.each([
  [1, 1, 1],
  [3, 5, 2],
  [2, 3, 31],
  [2, 3, 33],
  [5, 7, 128],
  [129, 2, 7],
])('%i texts of %i tokens, %i neurons match f64 and add up over batches', async (batch, tokens, neurons) => {
  const sizes = { batch, tokens, neurons }
  const activation = randomValues(batch * tokens * neurons, 5)
  const gradient = randomValues(batch * tokens * neurons, 6)
  const expected = neuronImportanceReference(activation, gradient, sizes)
  const allowed = neuronImportanceTolerance(tokens) * tokens
  for (const times of [1, 2]) {
    const actual = await run(activation, gradient, sizes, times)
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
    expect(await run(activation, gradient, sizes, times)).toEqual(actual)
  }
})

test('more than 65,535 workgroups are folded into two dimensions', async () => {
  const neurons = 65_536 * 32 + 1
  const ones = new Float32Array(neurons).fill(1)
  const { gateGradients, squares } = await run(ones, ones, { batch: 1, tokens: 1, neurons })
  expect(gateGradients.every((gate) => gate === 1)).toBe(true)
  expect(squares.every((square) => square === 1.5)).toBe(true)
})
