// TensorFlow.js on WebGPU.
import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core'
import type { Contender, Prepared } from '../contender.ts'
import type { AttentionTask, MatmulTask, PointwiseTask, SoftmaxKlTask, Task } from '../task.ts'

type Tf = typeof import('@tensorflow/tfjs-core')

/** What the backend adds to the common interface. */
interface WebGpuBackend {
  readonly queue: GPUQueue
  /** Null when everything launched was submitted. */
  readonly commandEncoder: GPUCommandEncoder | null
  endComputePassEncoder(): void
  submitQueue(): void
}

/** `compute` on `inputs`, whose last result is kept for reading. */
function repeated(tf: Tf, inputs: readonly Tensor[], compute: () => Tensor): Prepared {
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

function prepareMatmul(tf: Tf, { form, rows, cols, inner, a, b }: MatmulTask): Prepared {
  const left = tf.tensor2d(a, form === 'TN' ? [inner, rows] : [rows, inner])
  const right = tf.tensor2d(b, form === 'NT' ? [cols, inner] : [inner, cols])
  return repeated(tf, [left, right], () => tf.matMul(left, right, form === 'TN', form === 'NT'))
}

function preparePointwise(tf: Tf, task: PointwiseTask): Prepared {
  const x = tf.tensor2d(task.x, [task.rows, task.cols])
  if (task.kind === 'gelu') return repeated(tf, [x], () => x.mul(0.5).mul(x.mul(Math.SQRT1_2).erf().add(1)))
  const [gamma, beta] = [tf.tensor1d(task.gamma), tf.tensor1d(task.beta)]
  return repeated(tf, [x, gamma, beta], () => {
    const { mean, variance } = tf.moments(x, 1, true)
    return x.sub(mean).mul(variance.add(task.epsilon).rsqrt()).mul(gamma).add(beta)
  })
}

/** Softmax of rows softened by the temperature, and its difference: the gradient; the loss is made too, as training needs it. */
function prepareSoftmaxKl(tf: Tf, { rows, cols, temperature, teacher, student }: SoftmaxKlTask): Prepared {
  const [p, q] = [tf.tensor2d(teacher, [rows, cols]), tf.tensor2d(student, [rows, cols])]
  const loss = (logits: Tensor) => {
    const softTeacher = tf.softmax(p.div(temperature) as Tensor2D)
    const logTeacher = tf.logSoftmax(p.div(temperature) as Tensor2D)
    const logStudent = tf.logSoftmax(logits.div(temperature) as Tensor2D)
    return softTeacher
      .mul(logTeacher.sub(logStudent))
      .sum()
      .mul(temperature ** 2 / rows)
      .asScalar()
  }
  const gradient = tf.grad(loss)
  return repeated(tf, [p, q], () => gradient(q))
}

/** Composed of products and a softmax: the library has no attention. */
function prepareAttention(tf: Tf, task: AttentionTask): Prepared {
  const { batch, tokens, heads, headSize, pass } = task
  const qkv = tf.tensor5d(task.qkv, [batch, tokens, 3, heads, headSize])
  const gradOut = tf.tensor2d(task.gradOut, [batch * tokens, heads * headSize])
  const attend = (x: Tensor): Tensor => {
    const [q, k, v] = tf.split(x.transpose([2, 0, 3, 1, 4]), 3).map((part) => part.squeeze([0]))
    const scores = tf.matMul(q!, k!, false, true).mul(1 / Math.sqrt(headSize))
    return tf
      .matMul(tf.softmax(scores), v!)
      .transpose([0, 2, 1, 3])
      .reshape([batch * tokens, heads * headSize])
  }
  if (pass === 'forward') return repeated(tf, [qkv, gradOut], () => attend(qkv))
  const gradient = tf.grad(attend)
  return repeated(tf, [qkv, gradOut], () => gradient(qkv, gradOut))
}

function prepare(tf: Tf, task: Task): Prepared | undefined {
  switch (task.kind) {
    case 'matmul':
      return prepareMatmul(tf, task)
    case 'gelu':
    case 'layer-norm':
      return preparePointwise(tf, task)
    case 'softmax-kl':
      return prepareSoftmaxKl(tf, task)
    case 'attention':
      return prepareAttention(tf, task)
    default:
      return undefined
  }
}

const tfjs: Contender = {
  id: 'tfjs webgpu',
  package: '@tensorflow/tfjs-backend-webgpu',
  on: 'gpu',
  async start() {
    const tf = await import('@tensorflow/tfjs-core')
    await import('@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops')
    await import('@tensorflow/tfjs-core/dist/register_all_gradients')
    await import('@tensorflow/tfjs-backend-webgpu')
    // Small operations would be computed in JavaScript otherwise.
    tf.env().set('WEBGPU_CPU_FORWARD', false)
    if (!(await tf.setBackend('webgpu'))) throw new Error('tfjs found no WebGPU backend')
    await tf.ready()
    return { prepare: async (task) => prepare(tf, task) }
  },
}

export default tfjs
