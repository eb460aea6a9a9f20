// AdamW on a real device against f64: single steps, clipping, non-finite gradients, and convergence over many steps.
import { expect, test } from 'vitest'
import { ARENA_GRAIN } from '../runtime/arena.ts'
import { createTensor, read, type Tensor, upload, write } from '../runtime/tensor.ts'
import { guardedTensor, maxError, randomValues, readGuarded, testGpu } from '../runtime/testing.ts'
import { adamwReference } from './adamw.ref.ts'
import { ADAMW_TOLERANCE, adamw } from './adamw.ts'

const HYPER = {
  learningRate: 1e-2,
  beta1: 0.9,
  beta2: 0.999,
  epsilon: 1e-8,
  weightDecay: 0.1,
  step: 3,
  clipNorm: 1,
}

function example(count: number) {
  return {
    parameter: randomValues(count, 1),
    momentum: randomValues(count, 2, 0.1),
    variance: randomValues(count, 3, 0.01).map(Math.abs),
    gradient: randomValues(count, 4),
  }
}

const NAMES = ['parameter', 'momentum', 'variance'] as const

const grainsOf = (count: number) => Math.ceil(count / ARENA_GRAIN)
const allDecayed = (count: number) => new Uint32Array(grainsOf(count)).fill(1)

async function run(
  e: ReturnType<typeof example>,
  norm: readonly [number, number],
  hyper = HYPER,
  flags = allDecayed(e.parameter.length),
) {
  const gpu = await testGpu()
  const count = e.parameter.length
  const guarded = (values: Float32Array<ArrayBuffer>) => {
    const tensor = guardedTensor(gpu, 'f32', [count])
    write(gpu, tensor, values)
    return tensor
  }
  const state = {
    parameter: guarded(e.parameter),
    momentum: guarded(e.momentum),
    variance: guarded(e.variance),
  }
  const gradient = upload(gpu, 'f32', e.gradient, { owner: 'test' })
  const bound = upload(gpu, 'f32', Float32Array.from(norm), { owner: 'test' })
  const decayed = upload(gpu, 'u32', flags, { owner: 'test' })
  adamw(gpu, { ...state, gradient, norm: bound, decayed }, { count, ...hyper })
  const values = await Promise.all(NAMES.map((name) => readGuarded(gpu, state[name])))
  return { parameter: values[0]!, momentum: values[1]!, variance: values[2]! }
}

const plain = (e: ReturnType<typeof example>) => ({
  parameter: [...e.parameter],
  momentum: [...e.momentum],
  variance: [...e.variance],
})

test.each([1, 3, 4, 5, 255, 256, 257, 1009])('one step of %i elements matches f64', async (count) => {
  const e = example(count)
  for (const norm of [0.5, 7]) {
    const actual = await run(e, [norm, 0])
    const expected = adamwReference(plain(e), [...e.gradient], norm, HYPER)
    const largestStep = maxError(e.parameter, expected.parameter)
    // Moments carry a few roundings of numbers below 1 (0.01 for the variance).
    const rounding = 2 ** -23
    expect(maxError(actual.parameter, expected.parameter)).toBeLessThan(
      largestStep * ADAMW_TOLERANCE + rounding,
    )
    expect(maxError(actual.momentum, expected.momentum)).toBeLessThan(4 * rounding)
    expect(maxError(actual.variance, expected.variance)).toBeLessThan(0.01 * 4 * rounding)
    expect(await run(e, [norm, 0])).toEqual(actual)
  }
})

test('only grains with a flag are decayed', async () => {
  const count = 2 * ARENA_GRAIN + 7
  const e = example(count)
  const actual = await run(e, [0.5, 0], HYPER, Uint32Array.of(0, 1, 0))
  const [decayed, kept] = [HYPER, { ...HYPER, weightDecay: 0 }].map((hyper) =>
    adamwReference(plain(e), [...e.gradient], 0.5, hyper),
  )
  const isDecayed = (i: number) => i >= ARENA_GRAIN && i < 2 * ARENA_GRAIN
  const expected = kept!.parameter.map((value, i) => (isDecayed(i) ? decayed!.parameter[i]! : value))
  expect(maxError(actual.parameter, expected)).toBeLessThan(1e-6)
  expect(maxError(kept!.parameter, decayed!.parameter)).toBeGreaterThan(1e-4)
})

test('nothing is written when the norm says that a gradient is not finite', async () => {
  const e = example(37)
  e.gradient[3] = Number.NaN
  const actual = await run(e, [Number.NaN, 1])
  for (const name of NAMES) expect(actual[name], name).toEqual(e[name])
})

test('first step from zero moments moves by the learning rate against the gradient', async () => {
  const e = { ...example(8), momentum: new Float32Array(8), variance: new Float32Array(8) }
  const { parameter } = await run(e, [0.1, 0], { ...HYPER, step: 1, weightDecay: 0 })
  const expected = e.parameter.map((p, i) => p - HYPER.learningRate * Math.sign(e.gradient[i]!))
  expect(maxError(parameter, expected)).toBeLessThan(1e-6)
})

test('200 steps follow the f64 reference and bring a quadratic to its minimum', async () => {
  const gpu = await testGpu()
  const target = randomValues(5, 6)
  const make = (): Tensor<'f32'> => createTensor(gpu, 'f32', [5], 'test')
  const [parameter, gradient, momentum, variance] = [make(), make(), make(), make()]
  for (const tensor of [parameter, momentum, variance]) write(gpu, tensor, new Float32Array(5))
  const norm = upload(gpu, 'f32', Float32Array.of(0, 0), { owner: 'test' })
  const decayed = upload(gpu, 'u32', allDecayed(5), { owner: 'test' })
  let reference = { parameter: [0, 0, 0, 0, 0], momentum: [0, 0, 0, 0, 0], variance: [0, 0, 0, 0, 0] }
  const hyper = { ...HYPER, weightDecay: 0, learningRate: 0.05 }
  for (let step = 1; step <= 200; step++) {
    const now = await read(gpu, parameter)
    write(
      gpu,
      gradient,
      now.map((p, i) => p - target[i]!),
    )
    adamw(gpu, { parameter, gradient, momentum, variance, norm, decayed }, { count: 5, ...hyper, step })
    const slope = reference.parameter.map((p, i) => p - target[i]!)
    reference = { ...adamwReference(reference, slope, 0, { ...hyper, step }) } as typeof reference
  }
  const final = await read(gpu, parameter)
  expect(maxError(final, reference.parameter)).toBeLessThan(1e-4)
  expect(maxError(final, target)).toBeLessThan(0.02)
})

test('more than 65,535 workgroups are folded into two dimensions', async () => {
  const count = 65_536 * 256 + 1
  const fill = (value: number) => new Float32Array(count).fill(value)
  const e = { parameter: fill(1), momentum: fill(0), variance: fill(0), gradient: fill(0.5) }
  const { parameter } = await run(e, [0.5, 0], { ...HYPER, step: 1, weightDecay: 0 })
  expect(parameter.every((p) => Math.abs(p - 0.99) < 1e-6)).toBe(true)
})
