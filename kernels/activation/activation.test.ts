// ReLU and tanh on a real device against f64, forward and backward.
import { expect, test } from 'vitest'
import { upload } from '../runtime/tensor.ts'
import {
  guardedTensor,
  maxError,
  numericalGradient,
  randomValues,
  readGuarded,
  testGpu,
} from '../runtime/testing.ts'
import { reluReference, reluSlope, tanhReference, tanhSlope } from './activation.ref.ts'
import { relu, reluGrad, TANH_TOLERANCE, tanhForward, tanhGrad } from './activation.ts'

async function run(values: Float32Array<ArrayBuffer>) {
  const gpu = await testGpu()
  const count = values.length
  const x = upload(gpu, 'f32', values, { owner: 'test' })
  const gradOut = upload(gpu, 'f32', new Float32Array(count).fill(0.5), { owner: 'test' })
  const tensors = [0, 1, 2, 3].map(() => guardedTensor(gpu, 'f32', [count]))
  const [rectified, rectifiedGrad, y, yGrad] = tensors as [(typeof tensors)[0], ...typeof tensors]
  relu(gpu, { x, out: rectified }, { count })
  reluGrad(gpu, { x, gradOut, out: rectifiedGrad! }, { count })
  tanhForward(gpu, { x, out: y! }, { count })
  tanhGrad(gpu, { y: y!, gradOut, out: yGrad! }, { count })
  return Promise.all(tensors.map((tensor) => readGuarded(gpu, tensor)))
}

test('the reference slopes are finite differences', () => {
  for (const x of [-3, -0.4, 0.2, 2]) {
    const slope = (f: (x: number) => number) => numericalGradient((at) => f(at[0]!), Float64Array.of(x))[0]!
    expect(Math.abs(slope(reluReference) - reluSlope(x))).toBeLessThan(1e-9)
    expect(Math.abs(slope(tanhReference) - tanhSlope(x))).toBeLessThan(1e-9)
  }
})

test('relu and tanh match f64 at every size, without touching neighbors', async () => {
  for (const count of [1, 3, 4, 5, 255, 257, 511, 513, 1009]) {
    const values = randomValues(count, count, 6)
    const [rectified, rectifiedGrad, y, yGrad] = await run(values)
    const expected = (f: (x: number) => number) => [...values].map(f)
    expect(maxError(rectified!, expected(reluReference))).toBe(0)
    expect(
      maxError(
        rectifiedGrad!,
        expected((x) => 0.5 * reluSlope(x)),
      ),
    ).toBe(0)
    expect(maxError(y!, expected(tanhReference))).toBeLessThan(TANH_TOLERANCE)
    expect(
      maxError(
        yGrad!,
        expected((x) => 0.5 * tanhSlope(x)),
      ),
    ).toBeLessThan(TANH_TOLERANCE)
  }
})

test('huge inputs saturate and NaN stays NaN', async () => {
  const [rectified, , y] = await run(Float32Array.of(1e30, -1e30, Number.NaN))
  expect([...rectified!]).toEqual([Math.fround(1e30), 0, Number.NaN])
  expect([...y!]).toEqual([1, -1, Number.NaN])
})

test('more than 65,535 workgroups are folded into two dimensions', async () => {
  const gpu = await testGpu()
  const count = 65_535 * 512 + 1
  const x = upload(gpu, 'f32', new Float32Array(count).fill(2), { owner: 'test' })
  const out = guardedTensor(gpu, 'f32', [count])
  relu(gpu, { x, out }, { count })
  expect((await readGuarded(gpu, out)).every((value) => value === 2)).toBe(true)
})

test('the same input gives the same bits', async () => {
  const values = randomValues(1000, 3, 4)
  expect(await run(values)).toEqual(await run(values))
})
