// Layer normalization on a real device against f64, forward and backward.
import { describe, expect, test } from 'vitest'
import { possibleSharers } from '../lib/row-sharing.ts'
import { quantizeRows } from '../quantize/quantize.ts'
import { release, upload, write } from '../runtime/tensor.ts'
import {
  guardedTensor,
  maxError,
  numericalGradient,
  randomValues,
  readGuarded,
  testGpu,
} from '../runtime/testing.ts'
import { layerNormGradReference, layerNormReference } from './layernorm.ref.ts'
import {
  layerNorm,
  layerNormGrad,
  layerNormInt8,
  layerNormTolerance,
  scaleGradTolerance,
} from './layernorm.ts'

const SHARERS = possibleSharers(await testGpu())

function example(rows: number, cols: number, { offset = 0.3, sharers = 1 } = {}) {
  return {
    x: randomValues(rows * cols, rows).map((v) => v + offset),
    gamma: randomValues(cols, 2).map((v) => v + 1),
    beta: randomValues(cols, 3),
    gradOut: randomValues(rows * cols, 4),
    residual: randomValues(rows * cols, 5),
    rows,
    cols,
    epsilon: 1e-5,
    sharers,
  }
}

async function run(e: ReturnType<typeof example>, withResidual = false) {
  const gpu = await testGpu()
  const guarded = (...shape: number[]) => guardedTensor(gpu, 'f32', shape)
  // Inputs lie between canary words too: a row too many would show in the sums.
  const on = (data: Float32Array<ArrayBuffer>) => {
    const tensor = guarded(data.length)
    write(gpu, tensor, data)
    return tensor
  }
  const { rows, cols, epsilon, sharers } = e
  const [out, stats, gradX] = [guarded(rows, cols), guarded(rows, 2), guarded(rows, cols)]
  const [gradGamma, gradBeta] = [guarded(cols), guarded(cols)]
  const [x, gamma, beta, gradOut] = [on(e.x), on(e.gamma), on(e.beta), on(e.gradOut)]
  const extra = withResidual ? { residualGrad: on(e.residual) } : {}
  const before = gpu.pool.ledger.now
  layerNorm(gpu, { x, gamma, beta, out, stats }, { rows, cols, epsilon, sharers })
  const ofX = { x, stats, gamma, gradOut, gradX, gradGamma, gradBeta, ...extra }
  layerNormGrad(gpu, ofX, { rows, cols, sharers })
  expect(gpu.pool.ledger.now, 'scratch is given back').toBe(before)
  const tensors = { out, stats, gradX, gradGamma, gradBeta }
  const entries = Object.entries(tensors).map(async ([k, t]) => [k, await readGuarded(gpu, t)] as const)
  return Object.fromEntries(await Promise.all(entries)) as Record<
    keyof typeof tensors,
    Float32Array<ArrayBuffer>
  >
}

const shapes = [
  [1, 1],
  [1, 4],
  [3, 5],
  [31, 8],
  [32, 12],
  [33, 13],
  [67, 128],
  [300, 8],
  [1025, 3],
] as const

test('the reference gradients are finite differences', () => {
  const e = example(2, 5)
  const loss = (part: object) =>
    layerNormReference({ ...e, ...part }).out.reduce((sum, y, i) => sum + y * e.gradOut[i]!, 0)
  const expected = layerNormGradReference(e, e.gradOut)
  const numeric = (name: 'x' | 'gamma' | 'beta') =>
    numericalGradient((at) => loss({ [name]: at }), Float64Array.from(e[name]))
  expect(maxError(numeric('x'), expected.gradX)).toBeLessThan(1e-8)
  expect(maxError(numeric('gamma'), expected.gradGamma)).toBeLessThan(1e-8)
  expect(maxError(numeric('beta'), expected.gradBeta)).toBeLessThan(1e-8)
})

const largest = (values: ArrayLike<number>) => Math.max(...Array.from(values, Math.abs), 1)

describe.each(SHARERS)('rows shared by %i', (sharers) => {
  test.each(shapes)('%i rows of %i columns match f64, forward and backward', async (rows, cols) => {
    const e = example(rows, cols, { sharers })
    const actual = await run(e)
    const expected = { ...layerNormReference(e), ...layerNormGradReference(e, e.gradOut) }
    for (const name of ['out', 'stats', 'gradX'] as const) {
      const allowed = layerNormTolerance(cols) * largest(expected[name])
      expect(maxError(actual[name], expected[name]), name).toBeLessThan(allowed)
    }
    for (const name of ['gradGamma', 'gradBeta'] as const)
      expect(maxError(actual[name], expected[name]), name).toBeLessThan(scaleGradTolerance(rows) * rows)
    expect(await run(e)).toEqual(actual)
  })

  test('the residual gradient is added to gradX', async () => {
    const e = example(5, 8, { sharers })
    const expected = layerNormGradReference(e, e.gradOut).gradX.map((v, i) => v + e.residual[i]!)
    const allowed = layerNormTolerance(8) * largest(expected)
    expect(maxError((await run(e, true)).gradX, expected)).toBeLessThan(allowed)
  })

  test('rows far from zero keep their variance', async () => {
    const e = example(4, 64, { offset: 1000, sharers })
    const expected = layerNormReference(e)
    // The inputs carry 1000 * 2^-24 of rounding against a deviation of 0.6, but f64 sees the same inputs.
    expect(maxError((await run(e)).out, expected.out)).toBeLessThan(1000 * layerNormTolerance(64))
  })

  test('rows that begin unlike the rest keep their variance', async () => {
    const e = example(3, 384, { sharers })
    e.x.forEach((v, i) => {
      if (i % 384 < 32) e.x[i] = v + 100
    })
    const expected = layerNormReference(e)
    const { out, stats } = await run(e)
    expect(maxError(out, expected.out)).toBeLessThan(layerNormTolerance(384) * largest(expected.out))
    expect(maxError(stats, expected.stats)).toBeLessThan(layerNormTolerance(384) * largest(expected.stats))
  })

  test.each([
    [1, 4],
    [3, 8],
    [33, 20],
    [66, 384],
  ])('%i rows of %i columns come with the codes that quantizeRows gives of them', async (rows, cols) => {
    const e = example(rows, cols, { sharers })
    e.x[cols * (rows - 1)] = rows % 2 === 0 ? Number.NaN : 1
    const gpu = await testGpu()
    const on = (data: Float32Array<ArrayBuffer>) => upload(gpu, 'f32', data, { owner: 'test' })
    const [x, gamma, beta] = [on(e.x), on(e.gamma), on(e.beta)]
    const [out, stats] = [guardedTensor(gpu, 'f32', [rows, cols]), guardedTensor(gpu, 'f32', [rows, 2])]
    const coded = () => ({
      codes: guardedTensor(gpu, 'u32', [rows, cols / 4]),
      scales: guardedTensor(gpu, 'f32', [rows]),
    })
    const [actual, expected] = [coded(), coded()]
    layerNormInt8(gpu, { x, gamma, beta, out, stats, ...actual }, { rows, cols, epsilon: e.epsilon, sharers })
    quantizeRows(gpu, { x: out, ...expected }, { rows, cols })
    expect(await readGuarded(gpu, actual.codes)).toEqual(await readGuarded(gpu, expected.codes))
    expect(await readGuarded(gpu, actual.scales)).toEqual(await readGuarded(gpu, expected.scales))
    const reference = layerNormReference(e)
    for (const [tensor, values] of [
      [out, reference.out],
      [stats, reference.stats],
    ] as const) {
      const finite = (all: ArrayLike<number>) => Array.from(all).slice(0, -values.length / rows)
      const [found, wanted] = [finite(await readGuarded(gpu, tensor)), finite(values)]
      expect(maxError(found, wanted)).toBeLessThan(layerNormTolerance(cols) * largest(wanted))
    }
    release(gpu, x, gamma, beta, out, stats, ...Object.values(actual), ...Object.values(expected))
  })

  test('rows without a value get scale 1 and codes 0', async () => {
    const gpu = await testGpu()
    const on = (value: number, count: number) =>
      upload(gpu, 'f32', new Float32Array(count).fill(value), { owner: 'test' })
    const [out, stats] = [guardedTensor(gpu, 'f32', [3, 4]), guardedTensor(gpu, 'f32', [3, 2])]
    const [codes, scales] = [guardedTensor(gpu, 'u32', [3]), guardedTensor(gpu, 'f32', [3])]
    const tensors = { x: on(7, 12), gamma: on(2, 4), beta: on(0, 4), out, stats, codes, scales }
    layerNormInt8(gpu, tensors, { rows: 3, cols: 4, epsilon: 1e-5, sharers })
    expect([...(await readGuarded(gpu, codes))]).toEqual([0, 0, 0])
    expect([...(await readGuarded(gpu, scales))]).toEqual([1, 1, 1])
    release(gpu, ...Object.values(tensors))
  })

  test('NaN stays in its row', async () => {
    const e = example(3, 4, { sharers })
    e.x[5] = Number.NaN
    const { out } = await run(e)
    expect([...out].map(Number.isNaN).map(Number)).toEqual([0, 0, 0, 0, 1, 1, 1, 1, 0, 0, 0, 0])
  })
})

test('more than 65,535 workgroups of the gradient are folded into two dimensions', async () => {
  const rows = 65_536 * 32 + 1
  const gpu = await testGpu()
  const on = (value: number, count: number) =>
    upload(gpu, 'f32', new Float32Array(count).fill(value), { owner: 'test' })
  const [gradX, gradGamma, gradBeta] = [[rows, 1], [1], [1]].map((shape) => guardedTensor(gpu, 'f32', shape))
  // Statistics that no row of one value has, so that n is 2 everywhere.
  const [x, stats, gamma, gradOut] = [on(3, rows), on(1, 2 * rows), on(0.5, 1), on(0.25, rows)]
  const tensors = { x, stats, gamma, gradOut, gradX: gradX!, gradGamma: gradGamma!, gradBeta: gradBeta! }
  layerNormGrad(gpu, tensors, { rows, cols: 1 })
  const [grad, scale, shift] = [
    await readGuarded(gpu, gradX!),
    await readGuarded(gpu, gradGamma!),
    await readGuarded(gpu, gradBeta!),
  ]
  // g - g - n (g n) with g = 1/8, n = 2.
  expect(grad.every((value) => value === -0.5)).toBe(true)
  expect(scale[0]! / (rows / 2)).toBeCloseTo(1, 4)
  expect(shift[0]! / (rows / 4)).toBeCloseTo(1, 4)
  release(gpu, x, stats, gamma, gradOut, ...Object.values(tensors).slice(4))
})

test('more than 65,535 workgroups are folded into two dimensions', async () => {
  const gpu = await testGpu()
  const [rows, cols] = [65_536 * 64 + 1, 1]
  const on = (value: number, count: number) =>
    upload(gpu, 'f32', new Float32Array(count).fill(value), { owner: 'test' })
  const [out, stats] = [guardedTensor(gpu, 'f32', [rows]), guardedTensor(gpu, 'f32', [rows, 2])]
  layerNorm(
    gpu,
    { x: on(7, rows), gamma: on(2, 1), beta: on(3, 1), out, stats },
    { rows, cols, epsilon: 1e-5 },
  )
  expect((await readGuarded(gpu, out)).every((y) => y === 3)).toBe(true)
  expect((await readGuarded(gpu, stats)).every((v, i) => i % 2 === 1 || v === 7)).toBe(true)
})
