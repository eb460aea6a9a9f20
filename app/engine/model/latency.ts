// Latency of one text, measured as a caller feels it.
import type { Gpu } from '../../../kernels/runtime/gpu.ts'
import { read, release } from '../../../kernels/runtime/tensor.ts'
import type { Watch } from '../base/watch.ts'
import { padBatch } from '../data/batches.ts'
import { percentile } from '../metrics/latency.ts'
import type { Latency } from '../protocol.ts'
import { forward, releaseBatch, uploadBatch } from './forward.ts'
import type { Model } from './model.ts'

const WARM_UP = 3
const MOST_SAMPLES = 30
const LEAST_SAMPLES = 7
/** Slow adapters stop sampling here, once they have the least number of samples. */
const SAMPLING_MS = 3000

/** Time of one text from token ids to logits on the CPU, upload and read-back included. */
export async function measureLatency(
  gpu: Gpu,
  model: Model,
  ids: Uint32Array,
  watch: Watch,
): Promise<Latency> {
  const samples: number[] = []
  const started = performance.now()
  for (let run = 0; run < WARM_UP + MOST_SAMPLES; run++) {
    await watch.checkpoint()
    const from = performance.now()
    await classifyOne(gpu, model, ids)
    if (run >= WARM_UP) samples.push(performance.now() - from)
    if (samples.length >= LEAST_SAMPLES && performance.now() - started > SAMPLING_MS) break
  }
  return {
    batch: 1,
    tokens: ids.length,
    p50: percentile(samples, 0.5),
    p95: percentile(samples, 0.95),
    samples,
  }
}

async function classifyOne(gpu: Gpu, model: Model, ids: Uint32Array): Promise<void> {
  const batch = uploadBatch(gpu, padBatch([ids]))
  const { logits } = forward(gpu, model, batch)
  await read(gpu, logits)
  release(gpu, logits)
  releaseBatch(gpu, batch)
}
