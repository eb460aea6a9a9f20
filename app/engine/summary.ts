// What a checkpoint holds, from its header alone: no GPU, no tensor data.
import type { Checkpoint } from './archs/load-plan.ts'
import { elementCount } from './base/shape.ts'
import {
  encoderParameterCount,
  groupOf,
  parameterCount,
  WEIGHT_GROUPS,
  type WeightGroup,
} from './model/spec.ts'
import type { ModelSummary } from './protocol.ts'

export function summarize(name: string, checkpoint: Checkpoint): ModelSummary {
  const { spec } = checkpoint
  const parameters = parameterCount(spec)
  return {
    name,
    spec,
    parameters,
    encoder_parameters: encoderParameterCount(spec),
    bytes: parameters * 4,
    groups: WEIGHT_GROUPS.flatMap((group) => groupsByDtype(checkpoint, group)),
  }
}

/** One entry per dtype that the group's tensors have in the file. */
function groupsByDtype({ plan, table }: Checkpoint, group: WeightGroup) {
  const byDtype = new Map<string, { parameters: number; bytes: number }>()
  for (const [role, { names }] of plan) {
    if (groupOf(role) !== group) continue
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
