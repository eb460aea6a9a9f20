// Uploads a checkpoint slice by slice into a model; only one slice is on the CPU at a time.
import type { Gpu } from '../../../kernels/runtime/gpu.ts'
import { createTensor, elementCount, release, write } from '../../../kernels/runtime/tensor.ts'
import type { Checkpoint } from '../archs/load-plan.ts'
import type { Watch } from '../base/watch.ts'
import { readTensorSlices } from '../formats/tensor-data.ts'
import { holdModel, type Model, type Weight } from './model.ts'
import { FLOAT_FORMAT, type Role } from './spec.ts'

/**
 * F32 model of a checkpoint. A failure releases what was uploaded.
 * @throws StudioError `safetensors-invalid`; GpuError `gpu-memory` or `gpu-limit`
 */
export async function loadModel(
  gpu: Gpu,
  checkpoint: Pick<Checkpoint, 'spec' | 'table' | 'plan'>,
  watch: Watch,
): Promise<Model> {
  const weights = new Map<Role, Weight>()
  let done = 0
  try {
    for (const [role, { names, shape }] of checkpoint.plan) {
      await watch.checkpoint()
      const tensor = createTensor(gpu, 'f32', shape, 'weights')
      weights.set(role, { kind: 'dense', tensor })
      const partSize = elementCount(shape) / names.length
      for (const [part, name] of names.entries())
        for await (const { offset, values } of readTensorSlices(checkpoint.table, name))
          await gpu.scope(() => write(gpu, tensor, values, part * partSize + offset))
      watch.progress(++done, checkpoint.plan.size, 'tensors')
    }
    return holdModel({ spec: checkpoint.spec, format: FLOAT_FORMAT, weights })
  } catch (error) {
    for (const weight of weights.values()) if (weight.kind === 'dense') release(gpu, weight.tensor)
    throw error
  }
}
