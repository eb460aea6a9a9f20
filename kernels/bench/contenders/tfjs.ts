// What TensorFlow.js's tasks share: repeating on resident tensors, and what is composed of operations because the library lacks it.
import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core'
import type { Prepared } from '../contender.ts'
import type { AttentionTask, SoftmaxKlTask } from '../task.ts'

export type Tf = typeof import('@tensorflow/tfjs-core')

/** What the backend adds to the common interface. */
interface WebGpuBackend {
  readonly queue: GPUQueue
  /** Null when everything launched was submitted. */
  readonly commandEncoder: GPUCommandEncoder | null
  endComputePassEncoder(): void
  submitQueue(): void
}

/** `compute` on `inputs`, whose last result is kept for reading. What `compute` makes beside is let go, except what it keeps itself. */
export function repeated(tf: Tf, inputs: readonly Tensor[], compute: () => Tensor): Prepared {
  const backend = tf.backend() as unknown as WebGpuBackend
  let last: Tensor | undefined
  return {
    run() {
      const result = tf.tidy(compute)
      last?.dispose()
      last = result
    },
    async wait() {
      if (backend.commandEncoder) {
        backend.endComputePassEncoder()
        backend.submitQueue()
      }
      await backend.queue.onSubmittedWorkDone()
    },
    read: async () => (await last!.data()) as Float32Array,
    release() {
      last?.dispose()
      for (const input of inputs) input.dispose()
    },
  }
}

/** Exact: x · (1 + erf(x / √2)) / 2. */
export const gelu = (x: Tensor): Tensor => x.mul(0.5).mul(x.mul(Math.SQRT1_2).erf().add(1))

/** Of rows: x [rows, cols], gamma and beta [cols]. */
export function layerNorm(
  tf: Tf,
  x: Tensor,
  { gamma, beta, epsilon }: { gamma: Tensor; beta: Tensor; epsilon: number },
): Tensor {
  const { mean, variance } = tf.moments(x, 1, true)
  return x.sub(mean).mul(variance.add(epsilon).rsqrt()).mul(gamma).add(beta)
}

/** Composed of products and a softmax: qkv [batch, tokens, 3, heads, headSize] to [batch · tokens, heads · headSize]. */
export function attend(
  tf: Tf,
  qkv: Tensor,
  { batch, tokens, heads, headSize }: Pick<AttentionTask, 'batch' | 'tokens' | 'heads' | 'headSize'>,
): Tensor {
  const [q, k, v] = tf.split(qkv.transpose([2, 0, 3, 1, 4]), 3).map((part) => part.squeeze([0]))
  const scores = tf.matMul(q!, k!, false, true).mul(1 / Math.sqrt(headSize))
  return tf
    .matMul(tf.softmax(scores), v!)
    .transpose([0, 2, 1, 3])
    .reshape([batch * tokens, heads * headSize])
}

/** T² · KL(teacher ‖ student), mean over rows, of logits [rows, cols]. */
export function distillationLoss(
  tf: Tf,
  { teacher, student }: { teacher: Tensor; student: Tensor },
  { rows, temperature }: Pick<SoftmaxKlTask, 'rows' | 'temperature'>,
): Tensor {
  const softTeacher = tf.softmax(teacher.div(temperature) as Tensor2D)
  const logTeacher = tf.logSoftmax(teacher.div(temperature) as Tensor2D)
  const logStudent = tf.logSoftmax(student.div(temperature) as Tensor2D)
  return softTeacher
    .mul(logTeacher.sub(logStudent))
    .sum()
    .mul(temperature ** 2 / rows)
    .asScalar()
}
