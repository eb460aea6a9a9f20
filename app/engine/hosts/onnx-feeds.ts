// What an exported graph is fed with, by the names of its inputs; ONNX Runtime in Node and in the page take the same.
import type { RuntimeBatch } from '../exports/verify.ts'

/** int64 values [batch, tokens] of every input; token types are all 0. */
export function feedValues(
  names: readonly string[],
  { ids, mask }: RuntimeBatch,
): readonly (readonly [name: string, values: BigInt64Array])[] {
  const values: Readonly<Record<string, BigInt64Array>> = {
    input_ids: BigInt64Array.from(ids, BigInt),
    attention_mask: BigInt64Array.from(mask, BigInt),
    token_type_ids: new BigInt64Array(ids.length),
  }
  return names.map((name) => [name, values[name] ?? new BigInt64Array(0)])
}
