// The most F32 multiply-adds that an adapter does a second: what a training's rate is a share of.
import { fmaRoof } from '../../kernels/bench/roofs/chain-rate.ts'
import type { Gpu } from '../../kernels/runtime/gpu.ts'

/** Takes 50 ms on software adapters, less on others: a training is not to wait for its measure. */
const QUICK = { samples: 3, sampleMs: 6, mostMs: 60 }

/** The most that was measured: what else the machine did can only have made it less. A lost device comes back on the same adapter. */
const known = new Map<string, number>()

/** FLOP/s, measured now and kept if it is the most so far. Nothing else is to be under way on the GPU. */
export async function adapterRoof(gpu: Gpu): Promise<number> {
  const { vendor, architecture, description } = gpu.adapter
  const name = [vendor, architecture, description].join('\n')
  await gpu.finish()
  const roof = Math.max(await fmaRoof(gpu.device, QUICK), known.get(name) ?? 0)
  known.set(name, roof)
  return roof
}
