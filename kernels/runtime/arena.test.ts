// Arenas on a real device: where tensors lie, that they do not touch each other, and that slabs stay within the adapter's limit.
import { afterEach, expect, test, vi } from 'vitest'
import { ARENA_GRAIN, createArena, releaseArena } from './arena.ts'
import { defineKernel, launch } from './kernel.ts'
import { elementCount, read } from './tensor.ts'
import { testGpu } from './testing.ts'

afterEach(() => {
  vi.restoreAllMocks()
})

/** Writes past what it is told, as a faulty kernel would. */
const fillTwo = defineKernel({
  name: 'runtime/fill-two',
  source: `
@group(0) @binding(0) var<storage, read_write> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;
@group(0) @binding(2) var<uniform> params: Params;
struct Params { count: u32 }
@compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3u) {
  x[id.x] = 1.0;
  y[id.x] = 2.0;
}`,
  bindings: { x: 'write', y: 'write' },
  params: { count: 'u32' },
  grid: ({ count }) => [Math.ceil(count / 64), 1, 1],
  work: ({ count }) => count,
})

const SHAPES = new Map([
  ['a', [3, 5]],
  ['b', [0, 7]],
  ['c', [ARENA_GRAIN]],
  ['d', [ARENA_GRAIN + 1]],
])

test('tensors lie in their order at whole grains, zeros all over, and give everything back', async () => {
  const gpu = await testGpu()
  const before = gpu.pool.ledger.now
  const arena = createArena(gpu, SHAPES, 'test')
  const grains = [...arena.tensors.values()].map(({ offset }) => offset / 4 / ARENA_GRAIN)
  expect(grains).toEqual([0, 1, 2, 3])
  expect([...arena.tensors.values()].map(({ shape }) => shape)).toEqual([...SHAPES.values()])
  expect(arena.slabs.map(({ shape }) => shape)).toEqual([[5 * ARENA_GRAIN]])
  expect((await read(gpu, arena.slabs[0]!)).every((value) => value === 0)).toBe(true)
  releaseArena(gpu, arena)
  expect(gpu.pool.ledger.now).toBe(before)
})

test('one launch writes two tensors of a slab, and reaches no third one', async () => {
  const gpu = await testGpu()
  const arena = createArena(gpu, SHAPES, 'test')
  const [a, c] = [arena.tensors.get('a')!, arena.tensors.get('c')!]
  launch(gpu, fillTwo, { x: a, y: c }, { count: 3 * ARENA_GRAIN })
  const values = await read(gpu, arena.slabs[0]!)
  const filled = [...values.keys()].filter((i) => values[i] !== 0)
  const inside = filled.filter((i) => Math.floor(i / ARENA_GRAIN) % 2 === 0 && i < 3 * ARENA_GRAIN)
  expect(filled).toEqual(inside)
  expect(values[elementCount(a.shape) - 1]).toBe(1)
  expect(values[c.offset / 4]).toBe(2)
  releaseArena(gpu, arena)
})

test('tensors that fit no slab together lie in several, each in one', async () => {
  const gpu = await testGpu()
  const { limits } = gpu.device
  vi.spyOn(gpu.device, 'limits', 'get').mockReturnValue(
    new Proxy(limits, {
      get: (real, name) =>
        name === 'maxStorageBufferBindingSize' ? 4 * 2 * ARENA_GRAIN : Reflect.get(real, name, real),
    }),
  )
  const arena = createArena(gpu, SHAPES, 'test')
  expect(arena.slabs.map(({ shape }) => shape[0]! / ARENA_GRAIN)).toEqual([2, 1, 2])
  const slabOf = new Map(arena.slabs.map(({ buffer }, i) => [buffer, i]))
  expect([...arena.tensors.values()].map(({ buffer }) => slabOf.get(buffer))).toEqual([0, 0, 1, 2])
  releaseArena(gpu, arena)
})
