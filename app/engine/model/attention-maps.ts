// Attention probabilities of one text, for every layer and head, from the queries and keys of a saved forward pass.
import type { Gpu } from '../../../kernels/runtime/gpu.ts'
import { read, release } from '../../../kernels/runtime/tensor.ts'
import { padBatch } from '../data/batches.ts'
import { softmax } from '../metrics/score.ts'
import type { AttentionLayer } from '../protocol.ts'
import { forward, releaseBatch, releaseSaved, uploadBatch } from './forward.ts'
import type { Model } from './model.ts'

interface HeadShape {
  readonly tokens: number
  readonly heads: number
  readonly headSize: number
}

/**
 * softmax(Q Kᵀ / √headSize) of one text in every layer, computed on the CPU in F64 from what the GPU projected.
 * @param ids token ids with special tokens, without padding: [T]
 * @returns per layer, for each head that is left: [T · T], row by row of the token that looks; a row sums to 1
 */
export async function attentionMaps(gpu: Gpu, model: Model, ids: Uint32Array): Promise<AttentionLayer[]> {
  const { headSize, layers } = model.spec
  const batch = uploadBatch(gpu, padBatch([ids]))
  const { logits, saved } = await gpu.scope(() => forward(gpu, model, batch, { save: true }))
  try {
    const maps: AttentionLayer[] = []
    for (const [index, { heads, source }] of layers.entries()) {
      const shape = { tokens: ids.length, heads, headSize }
      maps.push({
        source,
        heads: heads === 0 ? [] : headMaps(await read(gpu, saved!.layers[index]!.qkv), shape),
      })
    }
    return maps
  } finally {
    if (saved) releaseSaved(gpu, saved)
    release(gpu, logits)
    releaseBatch(gpu, batch)
  }
}

/** @param qkv [T, 3 · heads · headSize]: queries, keys and values of all heads side by side */
function headMaps(qkv: Float32Array, { tokens, heads, headSize }: HeadShape): Float32Array<ArrayBuffer>[] {
  const width = heads * headSize
  return Array.from({ length: heads }, (_, head) => {
    const map = new Float32Array(tokens * tokens)
    const scores = new Float64Array(tokens)
    for (let query = 0; query < tokens; query++) {
      const queryAt = query * 3 * width + head * headSize
      for (let key = 0; key < tokens; key++) {
        const keyAt = key * 3 * width + width + head * headSize
        let dot = 0
        for (let d = 0; d < headSize; d++) dot += qkv[queryAt + d]! * qkv[keyAt + d]!
        scores[key] = dot / Math.sqrt(headSize)
      }
      map.set(softmax(scores), query * tokens)
    }
    return map
  })
}
