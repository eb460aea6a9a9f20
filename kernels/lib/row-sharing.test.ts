// Which row kernels are shared on which adapters.
import { expect, test } from 'vitest'
import { hiddenMse } from '../hidden-mse/hidden-mse.ts'
import { layerNorm, layerNormGrad, layerNormInt8 } from '../layernorm/layernorm.ts'
import { lossSum } from '../reduce/reduce.ts'
import type { Gpu } from '../runtime/gpu.ts'
import { createTensor } from '../runtime/tensor.ts'
import { testGpu } from '../runtime/testing.ts'
import { softmaxKl } from '../softmax-kl/softmax-kl.ts'

const SIZES = { rows: 100, cols: 128 }

type Dispatch = Parameters<Gpu['dispatch']>[0]

/** What row kernels would dispatch on an adapter that describes itself so and has subgroups of 8 to 32 lanes. */
async function dispatchesOn(description: string): Promise<Dispatch[]> {
  const gpu = await testGpu()
  const caught: Dispatch[] = []
  const recorder: Gpu = Object.create(gpu, {
    adapter: { value: { vendor: '', architecture: '', description, fallback: false } },
    subgroupSizes: { value: { least: 8, most: 32 } },
    dispatch: { value: (call: Dispatch) => caught.push(call) },
  })
  const f32 = () => createTensor(gpu, 'f32', [1], 'test')
  const u32 = () => createTensor(gpu, 'u32', [1], 'test')
  const norm = { x: f32(), gamma: f32(), beta: f32(), out: f32(), stats: f32() }
  const gradients = { gradX: f32(), gradGamma: f32(), gradBeta: f32() }
  const losses = { student: f32(), teacher: f32(), loss: f32(), grad: f32() }
  layerNorm(recorder, norm, { ...SIZES, epsilon: 1e-5 })
  layerNormInt8(recorder, { ...norm, codes: u32(), scales: f32() }, { ...SIZES, epsilon: 1e-5 })
  layerNormGrad(recorder, { ...norm, gradOut: f32(), ...gradients }, SIZES)
  hiddenMse(recorder, { ...losses, mask: u32() }, { ...SIZES, scale: 1, accumulate: 0 })
  softmaxKl(recorder, losses, { rows: 100, classes: 77, temperature: 2, scale: 1, accumulate: 0 })
  lossSum(recorder, { loss: f32(), out: f32() })
  return caught
}

const seen = (dispatches: Dispatch[]) =>
  dispatches.map(({ kernel, grid }) => [kernel.name, kernel.rewrites?.SHARERS ?? 1, grid[0]])

test('graphics cards share rows and the sums over rows, by as many workgroups more', async () => {
  expect(seen(await dispatchesOn('a graphics card'))).toEqual([
    ['layernorm/layernorm', 8, 13],
    ['layernorm/layernorm-int8', 8, 13],
    ['layernorm/layernorm-grad', 8, 25 + 7],
    ['layernorm/scale-grad-fold', 8, 8],
    ['hidden-mse/hidden-mse', 8, 25],
    ['softmax-kl/softmax-kl', 8, 25],
    ['reduce/reduce', 8, 1],
    ['reduce/reduce', 8, 1],
  ])
})

test('CPU adapters keep rows apart', async () => {
  expect(seen(await dispatchesOn('llvmpipe'))).toEqual([
    ['layernorm/layernorm', 1, 2],
    ['layernorm/layernorm-int8', 1, 2],
    ['layernorm/layernorm-grad', 1, 4 + 7],
    ['layernorm/scale-grad-fold', 1, 1],
    ['hidden-mse/hidden-mse', 1, 4],
    ['softmax-kl/softmax-kl', 1, 4],
    ['reduce/reduce', 1, 1],
    ['reduce/reduce', 1, 1],
  ])
})
