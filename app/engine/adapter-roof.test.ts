// The roof of a training's rate on a real device.
import { expect, it } from 'vitest'
import { testGpu } from '../../kernels/runtime/testing.ts'
import { adapterRoof } from './adapter-roof.ts'

it('is measured quickly, never gets less, and leaves nothing on the device', async () => {
  const gpu = await testGpu()
  const before = gpu.pool.ledger.now
  const first = await adapterRoof(gpu)
  const from = performance.now()
  const second = await adapterRoof(gpu)
  const took = performance.now() - from
  expect(first).toBeGreaterThan(1e8)
  expect(second).toBeGreaterThanOrEqual(first)
  // A tenth of a second on an idle machine; tests share theirs.
  expect(took).toBeLessThan(1000)
  expect(gpu.pool.ledger.now).toBe(before)
})
