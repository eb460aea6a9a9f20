// The ledger of GPU memory as the studio is told of it.
import type { Gpu } from '../../kernels/runtime/gpu.ts'
import type { Event } from './protocol.ts'

export function memoryEvent(gpu: Gpu): Event {
  const { now, peak, budget, byOwner } = gpu.pool.ledger
  return {
    type: 'memory',
    seconds: performance.now() / 1000,
    now,
    peak,
    budget,
    owners: Object.fromEntries(byOwner),
  }
}
