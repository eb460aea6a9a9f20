// Our own whole models: inference and a distillation step, as the engine runs them.
import { forward, releaseBatch, uploadBatch } from '../../../app/engine/model/forward.ts'
import { holdModel, type Model, releaseModel, type Weight } from '../../../app/engine/model/model.ts'
import type { PortableModel } from '../../../app/engine/model/portable.ts'
import { FLOAT_FORMAT, type Role, roleShapes } from '../../../app/engine/model/spec.ts'
import { distillationStep } from '../../../app/engine/stages/distillation-loss.ts'
import { createTrainable, optimizerStep, releaseTrainable } from '../../../app/engine/stages/optimizer.ts'
import type { Gpu } from '../../runtime/gpu.ts'
import { createTensor, read, release, type Tensor, upload } from '../../runtime/tensor.ts'
import type { Prepared } from '../contender.ts'
import type { ModelTask, StepTask } from '../task.ts'

/** Weight decay and clipping of the step that all contenders take. */
export const WEIGHT_DECAY = 0.01

export async function uploadModel(gpu: Gpu, { spec, read: readRole }: PortableModel): Promise<Model> {
  const weights = new Map<Role, Weight>()
  for (const [role, shape] of roleShapes(spec))
    weights.set(role, {
      kind: 'dense',
      tensor: upload(gpu, 'f32', await readRole(role), { shape, owner: 'weights' }),
    })
  return holdModel({ spec, format: FLOAT_FORMAT, weights })
}

const fullMask = (count: number) => new Uint32Array(count).fill(1)

export async function prepareModel(gpu: Gpu, task: ModelTask): Promise<Prepared> {
  const model = await uploadModel(gpu, task.model)
  const { batch: texts, tokens, ids } = task
  const batch = uploadBatch(gpu, { ids, mask: fullMask(ids.length), batch: texts, tokens })
  let logits: Tensor<'f32'> | undefined
  return {
    run() {
      release(gpu, logits)
      logits = forward(gpu, model, batch).logits
    },
    wait: () => gpu.finish(),
    read: () => read(gpu, logits!),
    release() {
      release(gpu, logits)
      releaseBatch(gpu, batch)
      releaseModel(gpu, model)
    },
  }
}

export async function prepareStep(gpu: Gpu, task: StepTask): Promise<Prepared> {
  const student = await uploadModel(gpu, task.model)
  const { batch: texts, tokens, ids, teacherLogits, temperature, learningRate } = task
  const batch = uploadBatch(gpu, { ids, mask: fullMask(ids.length), batch: texts, tokens })
  const shape = [texts, student.spec.labels.length]
  const teacher = upload(gpu, 'f32', teacherLogits, { shape, owner: 'bench' })
  const trainable = createTrainable(gpu, student)
  releaseModel(gpu, student)
  const norm = createTensor(gpu, 'f32', [2], 'bench')
  const lossOut = createTensor(gpu, 'f32', [2], 'bench')
  const labels = new Int32Array(texts).fill(-1)
  const data = { batch, ids, labels, tokens: ids.length, teacherLogits: teacher, teacherHidden: new Map() }
  const weights = { kdWeight: 1, hardLabelWeight: 0, hiddenWeight: 0, temperature }
  let step = 0
  return {
    run() {
      const gradients = trainable.gradients.tensors
      distillationStep(gpu, trainable.model, data, { weights, gradients, lossOut })
      const settings = { step: ++step, learningRate, weightDecay: WEIGHT_DECAY, clipNorm: 1e30 }
      optimizerStep(gpu, trainable, norm, settings)
    },
    wait: () => gpu.finish(),
    read: async () => (await read(gpu, lossOut)).subarray(0, 1),
    release() {
      release(gpu, teacher, norm, lossOut)
      releaseTrainable(gpu, trainable)
      releaseBatch(gpu, batch)
    },
  }
}
