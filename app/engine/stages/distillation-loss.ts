// The distillation loss of one batch and its gradients:
//   kd · T² · KL(teacher ‖ student) + hard · CE(labels) + hidden · mean squared distance of matched hidden states,
// means over rows, over labelled rows, and over tokens, channels and matched layers.
import { crossEntropy } from '../../../kernels/cross-entropy/cross-entropy.ts'
import { hiddenMse } from '../../../kernels/hidden-mse/hidden-mse.ts'
import { lossSum } from '../../../kernels/reduce/reduce.ts'
import type { Gpu } from '../../../kernels/runtime/gpu.ts'
import { release, type Tensor, upload, zeros } from '../../../kernels/runtime/tensor.ts'
import { softmaxKl } from '../../../kernels/softmax-kl/softmax-kl.ts'
import { backward, type Gradients } from '../model/backward.ts'
import { type Batch, type ForwardResult, forward, releaseSaved } from '../model/forward.ts'
import type { Model } from '../model/model.ts'
import type { TrainingSettings } from './schedule.ts'

export interface DistillationBatch {
  readonly batch: Batch
  /** Token ids on the CPU, padded. */
  readonly ids: Uint32Array<ArrayBuffer>
  /** Label per text, -1 where there is none. */
  readonly labels: Int32Array<ArrayBuffer>
  /** Tokens without padding. */
  readonly tokens: number
  /** [B, labels]; needed where `kdWeight` is above 0. */
  readonly teacherLogits?: Tensor<'f32'> | undefined
  /** Teacher layer outputs by student layer: [M, hidden] each. */
  readonly teacherHidden: ReadonlyMap<number, Tensor<'f32'>>
}

type LossWeights = Pick<TrainingSettings, 'temperature' | 'kdWeight' | 'hardLabelWeight' | 'hiddenWeight'>

const OWNER = 'losses'
/** Elements between the parts of the loss tensor: views start at multiples of 256 bytes. */
const ALIGNED = 64
const align = (count: number) => Math.ceil(count / ALIGNED) * ALIGNED

/** Row losses of all parts, one after the other with zeros between, so that one sum adds them in a fixed order. */
class LossRows {
  readonly whole: Tensor<'f32'>
  #used = 0

  constructor(gpu: Gpu, capacity: number) {
    this.whole = zeros(gpu, 'f32', [capacity], OWNER)
  }

  take(rows: number): Tensor<'f32'> {
    const view: Tensor<'f32'> = { ...this.whole, offset: this.#used * 4, shape: [rows] }
    this.#used += align(rows)
    return view
  }
}

/**
 * Forward, loss and backward of the student. Overwrites `gradients`; `lossOut` [2] receives the loss and 1 where a row of it is
 * not finite.
 */
export function distillationStep(
  gpu: Gpu,
  student: Model,
  data: DistillationBatch,
  target: { weights: LossWeights; gradients: Gradients; lossOut: Tensor<'f32'> },
): void {
  const { batch } = data
  const { weights, gradients, lossOut } = target
  const result = forward(gpu, student, batch, { save: true })
  const tokenRows = batch.batch * batch.tokens
  const rows = new LossRows(gpu, 2 * align(batch.batch) + data.teacherHidden.size * align(tokenRows))
  const gradLogits = logitLosses(gpu, student, { data, result, weights, rows })
  const addOutputGradient = (index: number, grad: Tensor<'f32'>) => {
    const teacher = data.teacherHidden.get(index)
    if (!teacher) return
    const cols = student.spec.hidden
    const scale = weights.hiddenWeight / (data.tokens * cols * data.teacherHidden.size)
    hiddenMse(
      gpu,
      {
        student: result.saved!.layers[index]!.output,
        teacher,
        mask: batch.mask,
        loss: rows.take(tokenRows),
        grad,
      },
      { rows: tokenRows, cols, scale, accumulate: 1 },
    )
  }
  const pass = { batch, saved: result.saved!, gradLogits }
  backward(gpu, student, pass, { gradients, ids: data.ids, addOutputGradient })
  lossSum(gpu, { loss: rows.whole, out: lossOut })
  releaseSaved(gpu, result.saved!)
  release(gpu, result.logits, gradLogits, rows.whole)
}

function logitLosses(
  gpu: Gpu,
  student: Model,
  {
    data,
    result,
    weights,
    rows,
  }: { data: DistillationBatch; result: ForwardResult; weights: LossWeights; rows: LossRows },
): Tensor<'f32'> {
  const texts = data.batch.batch
  const classes = student.spec.labels.length
  const { logits } = result
  const grad = zeros(gpu, 'f32', [texts, classes], OWNER)
  const sizes = { rows: texts, classes, accumulate: 1 } as const
  if (data.teacherLogits && weights.kdWeight > 0)
    softmaxKl(
      gpu,
      { teacher: data.teacherLogits, student: logits, loss: rows.take(texts), grad },
      { ...sizes, temperature: weights.temperature, scale: weights.kdWeight / texts },
    )
  const labelled = data.labels.filter((label) => label >= 0).length
  if (labelled > 0 && weights.hardLabelWeight > 0) {
    const labels = upload(gpu, 'i32', data.labels, { owner: OWNER })
    const scale = weights.hardLabelWeight / labelled
    crossEntropy(gpu, { logits, labels, loss: rows.take(texts), grad }, { ...sizes, scale })
    release(gpu, labels)
  }
  return grad
}
