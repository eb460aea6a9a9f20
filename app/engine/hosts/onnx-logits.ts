// Running an exported graph, for ONNX Runtime in Node and in the page, whose sessions are alike.
import type { RuntimeBatch } from '../exports/verify.ts'

/** What both runtimes' sessions have. `T` is the runtime's own tensor. */
interface GraphSession<T> {
  readonly inputNames: readonly string[]
  run(feeds: Readonly<Record<string, T>>): Promise<Readonly<Record<string, unknown>>>
}

/**
 * Logits [batch, labels] of a batch; token types are all 0.
 * @param int64 makes a tensor of the runtime
 * @returns undefined where the graph has no F32 output `logits`
 */
export async function logitsOf<T>(
  session: GraphSession<T>,
  batch: RuntimeBatch,
  int64: (values: BigInt64Array, shape: readonly number[]) => T,
): Promise<Float32Array | undefined> {
  const { ids, mask } = batch
  const values: Readonly<Record<string, BigInt64Array>> = {
    input_ids: BigInt64Array.from(ids, BigInt),
    attention_mask: BigInt64Array.from(mask, BigInt),
    token_type_ids: new BigInt64Array(ids.length),
  }
  const shape = [batch.batch, batch.tokens]
  const feeds = session.inputNames.map((name) => [name, int64(values[name] ?? new BigInt64Array(0), shape)])
  const outputs = await session.run(Object.fromEntries(feeds))
  const logits = (outputs.logits as { readonly data?: unknown } | undefined)?.data
  return logits instanceof Float32Array ? logits : undefined
}
