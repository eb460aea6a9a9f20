// The self-test itself: silent on a sound adapter, and naming exactly what is broken on one that is not.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { create } from 'webgpu'
import { type TileName, tileChoice } from '../../kernels/matmul/tiles.ts'
import { type Gpu, requestGpu } from '../../kernels/runtime/gpu.ts'
import { release } from '../../kernels/runtime/tensor.ts'
import { testGpu } from '../../kernels/runtime/testing.ts'
import { padBatch } from './data/batches.ts'
import { openFixture } from './fixtures/open-fixture.ts'
import { forward, releaseBatch, releaseSaved, uploadBatch } from './model/forward.ts'
import { releaseModel } from './model/model.ts'
import { CHECKS, FORWARD_CHECKS, GradualSelfTest, selfTest } from './self-test.ts'

afterEach(() => {
  vi.restoreAllMocks()
})

/** The real device, except that launches of some kernels do nothing. */
async function gpuWithout(isDropped: (kernel: string) => boolean): Promise<Gpu> {
  const gpu = await testGpu()
  // Scratch of an earlier test would hold the very values that are not written now.
  gpu.pool.trim()
  gpu.flush()
  const dispatch = gpu.dispatch.bind(gpu)
  vi.spyOn(gpu, 'dispatch').mockImplementation((given) => {
    if (!isDropped(given.kernel.name)) dispatch(given)
  })
  return gpu
}

/** The real device, and the names of the kernels that it launches from now on. */
async function recordingGpu(): Promise<{ gpu: Gpu; launched: Set<string> }> {
  const launched = new Set<string>()
  const gpu = await gpuWithout((kernel) => {
    launched.add(kernel)
    return false
  })
  return { gpu, launched }
}

/** Names that kernel definitions in the tree carry. */
function definedKernels(): string[] {
  const root = join(import.meta.dirname, '../../kernels')
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter(
    (path) => path.endsWith('.ts') && !/\.(test|ref)\.ts$|^(runtime|bench)\//.test(path),
  )
  const sources = files.map((path) => readFileSync(join(root, path), 'utf8'))
  return sources.flatMap((source) =>
    [...source.matchAll(/\bname: '([^']+\/[^']+)'/g)].map((match) => match[1]!),
  )
}

const TILE_OF: Record<string, TileName> = {
  'matmul/matmul': 'outer 16',
  'matmul/matmul-subgroups': 'subgroups 32',
  'matmul/matmul-blocks': 'blocks 8 × 4',
  'matmul/matmul-workgroups': 'workgroups 4 × 4',
}

/** Runs a step as on an adapter for which this way to cut matrix products was chosen. */
async function withTile<T>(gpu: Gpu, tile: TileName, run: () => Promise<T>): Promise<T> {
  for (const form of ['NN', 'NT', 'TN'] as const)
    for (const size of ['few rows', 'many rows', 'large'] as const)
      gpu.choices.set(tileChoice(form, size), tile)
  try {
    return await run()
  } finally {
    gpu.choices.clear()
  }
}

describe('on a sound adapter', () => {
  it('passes every check and gives all memory back', async () => {
    const gpu = await testGpu()
    const before = gpu.pool.ledger.now
    expect(await selfTest(gpu)).toEqual({ passed: CHECKS.length, failed: [] })
    expect(gpu.pool.ledger.now).toBe(before)
  })

  it('gives its checks distinct names', () => {
    expect(new Set(CHECKS.map(({ name }) => name)).size).toBe(CHECKS.length)
  })

  it('launches every kernel that is defined', async () => {
    const { gpu, launched } = await recordingGpu()
    for (const tile of Object.values(TILE_OF)) await withTile(gpu, tile, () => selfTest(gpu))
    expect([...launched].sort()).toEqual([...new Set(definedKernels())].sort())
  })
})

describe('in two parts', () => {
  it.each([
    ['tiny-bert', 5],
    ['tiny-bert', 32],
    ['tiny-distilbert', 5],
  ])('checks all that %s reads a text of %i tokens with before the first one', async (name, tokens) => {
    const { gpu, launched } = await recordingGpu()
    const model = await openFixture(gpu, name)
    const batch = uploadBatch(gpu, padBatch([new Uint32Array(tokens).fill(1)]))
    launched.clear()
    const { logits, saved } = forward(gpu, model, batch, { save: true })
    const used = [...launched]
    releaseSaved(gpu, saved!)
    release(gpu, logits)
    releaseBatch(gpu, batch)
    releaseModel(gpu, model)
    launched.clear()
    await selfTest(gpu, FORWARD_CHECKS)
    expect(used.filter((kernel) => !launched.has(kernel))).toEqual([])
  })

  it('runs what reads texts first, then the others one by one, each once', async () => {
    const gpu = await testGpu()
    const test = new GradualSelfTest()
    await test.begin(gpu)
    expect(test.result).toEqual({ passed: FORWARD_CHECKS.length, failed: [] })
    await test.begin(gpu)
    for (let left = CHECKS.length - FORWARD_CHECKS.length; left > 0; left--) {
      expect(test.left).toBe(left)
      await test.step(gpu)
    }
    expect(test.left).toBe(0)
    expect(test.result).toEqual({ passed: CHECKS.length, failed: [] })
  })

  it('tells what failed in either part', async () => {
    const gpu = await gpuWithout((name) => name === 'attention/attention' || name === 'adamw/adamw')
    const test = new GradualSelfTest()
    await test.begin(gpu)
    expect(test.result.failed).toEqual(['attention', 'attention, long texts'])
    while (test.left > 0) await test.step(gpu)
    expect(test.result).toEqual({
      passed: CHECKS.length - 3,
      failed: ['attention', 'attention, long texts', 'adamw'],
    })
  })
})

describe('on a broken adapter', () => {
  it.each([
    ['attention/grad-scores', ['attention backward', 'attention backward, long texts']],
    ['attention/attention', ['attention', 'attention, long texts']],
    ['gemm-int8/gemm-int8', ['gemm-int8']],
    ['matmul/sum-slices', ['matmul TN']],
    ['layernorm/scale-grad-fold', ['layernorm backward']],
    ['gelu/gelu', ['gelu', 'gelu tanh']],
    ['adamw/adamw', ['adamw']],
  ])('reports a dropped %s as %j', async (kernel, names) => {
    const gpu = await gpuWithout((name) => name === kernel)
    const before = gpu.pool.ledger.now
    expect(await selfTest(gpu)).toEqual({ passed: CHECKS.length - names.length, failed: names })
    expect(gpu.pool.ledger.now).toBe(before)
  })

  it.each([...new Set(definedKernels())])('notices when %s writes nothing', async (kernel) => {
    const gpu = await gpuWithout((name) => name === kernel)
    const run = () => selfTest(gpu)
    const tile = TILE_OF[kernel]
    const { failed } = await (tile ? withTile(gpu, tile, run) : run())
    expect(failed).not.toEqual([])
  })

  it('reports a kernel that the device refuses, and goes on', async () => {
    const gpu = await testGpu()
    const dispatch = gpu.dispatch.bind(gpu)
    vi.spyOn(gpu, 'dispatch').mockImplementation((given) => {
      if (given.kernel.name !== 'hidden-mse/hidden-mse') return dispatch(given)
      const source = given.kernel.source.replace('fn main', 'fn main main')
      dispatch({ ...given, kernel: { ...given.kernel, name: 'broken/hidden-mse', source } })
    })
    expect((await selfTest(gpu)).failed).toEqual(['hidden-mse'])
  })

  it('throws when the device is lost', async () => {
    const dawn = create([])
    const gpu = await requestGpu(dawn)
    gpu.device.destroy()
    await gpu.device.lost
    await expect(selfTest(gpu)).rejects.toMatchObject({ code: 'device-lost' })
  })
})
