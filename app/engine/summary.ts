// What a checkpoint holds, from its header alone: no GPU, no tensor data.
import type { Checkpoint } from './archs/load-plan.ts'
import { elementCount } from './base/shape.ts'
import { encoderParameterCount, parameterCount, type Role } from './model/spec.ts'
import type { ModelSummary } from './protocol.ts'

const GROUPS: readonly { readonly group: string; readonly holds: (role: Role) => boolean }[] = [
  { group: 'embeddings', holds: (role) => role.startsWith('embeddings.') },
  { group: 'attention', holds: (role) => /\.(qkv|attention_output|attention_norm)\./.test(role) },
  { group: 'feed-forward', holds: (role) => /\.(ffn_up|ffn_down|ffn_norm)\./.test(role) },
  { group: 'head', holds: (role) => /^(pooler|classifier)\./.test(role) },
]

export function summarize(name: string, checkpoint: Checkpoint): ModelSummary {
  const { spec } = checkpoint
  const parameters = parameterCount(spec)
  return {
    name,
    spec,
    parameters,
    encoder_parameters: encoderParameterCount(spec),
    bytes: parameters * 4,
    groups: GROUPS.flatMap(({ group, holds }) => groupsByDtype(checkpoint, group, holds)),
  }
}

/** One entry per dtype that the group's tensors have in the file. */
function groupsByDtype({ plan, table }: Checkpoint, group: string, holds: (role: Role) => boolean) {
  const byDtype = new Map<string, { parameters: number; bytes: number }>()
  for (const [role, { names }] of plan) {
    if (!holds(role)) continue
    for (const tensor of names) {
      const { dtype, shape, start, end } = table.tensors.get(tensor)!
      const sum = byDtype.get(dtype) ?? { parameters: 0, bytes: 0 }
      sum.parameters += elementCount(shape)
      sum.bytes += end - start
      byDtype.set(dtype, sum)
    }
  }
  return [...byDtype].map(([dtype, sum]) => ({ group, dtype, ...sum }))
}
