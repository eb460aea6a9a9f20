// The runtime on a real device: launching, batching, ledger, error scopes, loss.
import { expect, test, vi } from 'vitest'
import { requestGpu } from './gpu.ts'
import { defineKernel, launch } from './kernel.ts'
import { createDawn } from './node-dawn.ts'
import { createTensor, read, release, upload } from './tensor.ts'
import { guardedTensor, readGuarded, testGpu } from './testing.ts'

const double = defineKernel({
  name: 'runtime/double',
  source: `
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;
@group(0) @binding(2) var<uniform> params: Params;
struct Params { count: u32, factor: f32 }
@compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x < params.count) { y[id.x] = x[id.x] * params.factor; }
}`,
  bindings: { x: 'read', y: 'write' },
  params: { count: 'u32', factor: 'f32' },
  grid: ({ count }) => [Math.ceil(count / 64), 1, 1],
  work: ({ count }) => count,
})

test('a launched kernel writes its output and nothing around it', async () => {
  const gpu = await testGpu()
  const x = upload(gpu, 'f32', Float32Array.of(1, 2, 3), { owner: 'test' })
  const y = guardedTensor(gpu, 'f32', [3])
  launch(gpu, double, { x, y }, { count: 3, factor: 2 })
  expect([...(await readGuarded(gpu, y))]).toEqual([2, 4, 6])
})

test('more launches than uniform slots keep their own parameters', async () => {
  const gpu = await testGpu()
  const x = upload(gpu, 'f32', Float32Array.of(1), { owner: 'test' })
  const outputs = Array.from({ length: 1500 }, () => createTensor(gpu, 'f32', [1], 'test'))
  outputs.forEach((y, factor) => {
    launch(gpu, double, { x, y }, { count: 1, factor })
  })
  for (const index of [0, 1023, 1024, 1499]) expect((await read(gpu, outputs[index]!))[0]).toBe(index)
  release(gpu, x, ...outputs)
})

test('what binds the same buffers again shares a bind group, until buffers are destroyed', async () => {
  const gpu = await requestGpu(createDawn())
  const created = vi.spyOn(gpu.device, 'createBindGroup')
  const x = upload(gpu, 'f32', Float32Array.of(1), { owner: 'test' })
  const step = (size: number) => {
    const y = createTensor(gpu, 'f32', [size], 'test')
    launch(gpu, double, { x, y }, { count: 1, factor: 3 })
    return y
  }
  for (let i = 0; i < 3; i++) release(gpu, step(10))
  expect(created).toHaveBeenCalledTimes(1)
  gpu.pool.trim()
  gpu.flush()
  const y = step(10)
  expect((await read(gpu, y))[0]).toBe(3)
  expect(created).toHaveBeenCalledTimes(2)
  gpu.destroy()
})

test('steps that ask alike are given the same buffers, in whatever order those came back', async () => {
  const gpu = await requestGpu(createDawn())
  const three = () => [1, 2, 3].map(() => createTensor(gpu, 'f32', [10], 'test'))
  const first = three()
  release(gpu, first[1], first[2], first[0])
  const second = three()
  expect(second.map(({ buffer }) => first.findIndex((tensor) => tensor.buffer === buffer))).toEqual([0, 1, 2])
  gpu.destroy()
})

test('a free buffer is given to whoever asks for half of it or more, and what is left over is idle', async () => {
  const gpu = await requestGpu(createDawn())
  const large = createTensor(gpu, 'f32', [1024], 'test')
  release(gpu, large)
  const half = createTensor(gpu, 'f32', [512], 'test')
  expect(half.buffer).toBe(large.buffer)
  expect(gpu.pool.ledger).toMatchObject({ now: 2048, idle: 2048 })
  release(gpu, half)
  const less = createTensor(gpu, 'f32', [512 - 64], 'test')
  expect(less.buffer).not.toBe(large.buffer)
  expect(gpu.pool.ledger).toMatchObject({ now: 1792, idle: 4096 })
  gpu.destroy()
})

test('the ledger counts what is held, remembers the peak and returns to where it was', async () => {
  const gpu = await testGpu()
  const before = gpu.pool.ledger.now
  const peakSince = gpu.pool.watchPeak()
  const tensor = createTensor(gpu, 'f32', [1000], 'ledger-test')
  expect(gpu.pool.ledger.byOwner.get('ledger-test')).toBe(4096)
  release(gpu, tensor)
  expect(gpu.pool.ledger.now).toBe(before)
  expect(peakSince()).toBe(before + 4096)
  expect(gpu.pool.ledger.peak).toBeGreaterThanOrEqual(before + 4096)
  expect(gpu.pool.ledger.byOwner.has('ledger-test')).toBe(false)
})

test('the pool refuses before it allocates, naming both numbers', async () => {
  const gpu = await requestGpu(createDawn(), { budget: 10_000 })
  createTensor(gpu, 'f32', [2000], 'first')
  expect(() => createTensor(gpu, 'f32', [1000], 'second')).toThrow(/second needs 4096 .*8192 of the 10000/)
  expect(() => createTensor(gpu, 'f32', [2 ** 31], 'huge')).toThrow(/huge needs a buffer of 8589934592 bytes/)
  gpu.destroy()
})

test('buffers of many sizes are not kept for reuse without end', async () => {
  const gpu = await requestGpu(createDawn())
  const held = 4_000_000
  for (let size = 1; size <= 200; size++)
    release(gpu, createTensor(gpu, 'f32', [held / 4 + size * 64], 'test'))
  const { now, idle, peak } = gpu.pool.ledger
  expect(now).toBe(0)
  expect(idle).toBeLessThan(1.5 * peak + 64e6)
  expect(idle).toBeGreaterThan(peak)
  gpu.destroy()
})

test('a buffer that makes room for another stays usable until its work is submitted', async () => {
  const gpu = await requestGpu(createDawn(), { budget: 40_000 })
  const x = upload(gpu, 'f32', new Float32Array(1024).fill(3), { owner: 'test' })
  const result = await gpu.scope(() => {
    const first = createTensor(gpu, 'f32', [4096], 'test')
    launch(gpu, double, { x, y: first }, { count: 1024, factor: 2 })
    release(gpu, first)
    const second = createTensor(gpu, 'f32', [6000], 'test')
    launch(gpu, double, { x, y: second }, { count: 1024, factor: 5 })
    return second
  })
  expect((await read(gpu, result))[1023]).toBe(15)
  gpu.destroy()
})

test('every submission is noted while somebody watches, however many there are', async () => {
  const gpu = await testGpu()
  const tensor = createTensor(gpu, 'f32', [1], 'test')
  const submit = (count: number) => {
    for (let i = 0; i < count; i++) {
      gpu.clear(tensor.buffer, tensor.offset, 4)
      gpu.flush()
    }
    return gpu.finish()
  }
  await gpu.finish()
  const times = gpu.watchSubmissions()
  await submit(300)
  expect(times()).toHaveLength(300)
  expect(times().every((ms) => ms >= 0)).toBe(true)
  await submit(1)
  expect(times()).toHaveLength(300)
  release(gpu, tensor)
})

test('an adapter that is done in less time than can be measured gets larger submissions', async () => {
  const gpu = await requestGpu(createDawn())
  const x = upload(gpu, 'f32', Float32Array.of(1), { owner: 'test' })
  const y = createTensor(gpu, 'f32', [1], 'test')
  const run = async (work: number) => {
    const from = performance.now()
    launch(gpu, { ...double, work: () => work }, { x, y }, { count: 1, factor: 2 })
    await gpu.finish()
    return performance.now() - from
  }
  await run(1)
  const first = gpu.rate
  const work = 20 * first * (await run(1))
  for (let i = 0; i < 200; i++) await run(work)
  expect(gpu.rate).toBeGreaterThan(10 * first)
  gpu.destroy()
})

test('a command that the device refuses fails its scope and leaves the device usable', async () => {
  const gpu = await testGpu()
  const broken = {
    ...double,
    name: 'runtime/broken',
    source: double.source.replace('y[id.x] =', 'y[id.x] +'),
  }
  const x = createTensor(gpu, 'f32', [1], 'test')
  const y = createTensor(gpu, 'f32', [1], 'test')
  await expect(gpu.scope(() => launch(gpu, broken, { x, y }, { count: 1, factor: 1 }))).rejects.toMatchObject(
    {
      code: 'gpu-invalid',
    },
  )
  await gpu.scope(() => launch(gpu, double, { x, y }, { count: 1, factor: 1 }))
})

test('work after the device is lost fails with its reason', async () => {
  const gpu = await requestGpu(createDawn())
  const x = createTensor(gpu, 'f32', [1], 'test')
  gpu.device.destroy()
  await gpu.device.lost
  await new Promise((resolve) => setTimeout(resolve))
  expect(() => launch(gpu, double, { x, y: x }, { count: 1, factor: 1 })).toThrow(/lost \(destroyed\)/)
})
