// Logits of many texts, batched by length, gathered in the order of the texts.
import { scatterRows } from '../../../kernels/gather/gather.ts'
import type { Gpu } from '../../../kernels/runtime/gpu.ts'
import { read, release, type Tensor, upload, zeros } from '../../../kernels/runtime/tensor.ts'
import type { Watch } from '../base/watch.ts'
import { evaluationBatches, padBatch } from '../data/batches.ts'
import { forward, releaseBatch, uploadBatch } from './forward.ts'
import type { Model } from './model.ts'

/** Padded tokens of one evaluation batch: large enough to fill the GPU, small enough to cancel quickly. */
export const TOKENS_PER_BATCH = 1024

/**
 * Logits [texts × labels] on the CPU, row by row.
 * @param ids token ids per text
 */
export async function predict(
  gpu: Gpu,
  model: Model,
  ids: readonly Uint32Array[],
  watch: Watch,
): Promise<Float32Array<ArrayBuffer>> {
  if (ids.length === 0) return new Float32Array()
  const logits = zeros(gpu, 'f32', [ids.length, model.spec.labels.length], 'logits')
  const lengths = ids.map((text) => text.length)
  let done = 0
  try {
    for (const rows of evaluationBatches(lengths, { tokensPerBatch: TOKENS_PER_BATCH })) {
      await watch.checkpoint()
      await gpu.scope(() => predictBatch(gpu, model, { rows, ids, logits }))
      done += rows.length
      watch.progress(done, ids.length, 'rows')
    }
    return await read(gpu, logits)
  } finally {
    release(gpu, logits)
  }
}

function predictBatch(
  gpu: Gpu,
  model: Model,
  { rows, ids, logits }: { rows: readonly number[]; ids: readonly Uint32Array[]; logits: Tensor<'f32'> },
): void {
  const batch = uploadBatch(gpu, padBatch(rows.map((row) => ids[row]!)))
  const result = forward(gpu, model, batch)
  const indices = upload(gpu, 'u32', Uint32Array.from(rows), { owner: 'activations' })
  const cols = model.spec.labels.length
  scatterRows(gpu, { x: result.logits, indices, out: logits }, { rows: rows.length, cols })
  release(gpu, result.logits, indices)
  releaseBatch(gpu, batch)
}
