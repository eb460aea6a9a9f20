// TensorFlow.js on WebGPU.
import type { Contender, Prepared } from '../contender.ts'
import type { AttentionTask, MatmulTask, PointwiseTask, SoftmaxKlTask, Task } from '../task.ts'
import { attend, distillationLoss, gelu, layerNorm, repeated, type Tf } from './tfjs.ts'
import { prepareStep } from './tfjs-step.ts'

function prepareMatmul(tf: Tf, { form, rows, cols, inner, a, b }: MatmulTask): Prepared {
  const left = tf.tensor2d(a, form === 'TN' ? [inner, rows] : [rows, inner])
  const right = tf.tensor2d(b, form === 'NT' ? [cols, inner] : [inner, cols])
  return repeated(tf, [left, right], () => tf.matMul(left, right, form === 'TN', form === 'NT'))
}

function preparePointwise(tf: Tf, task: PointwiseTask): Prepared {
  const x = tf.tensor2d(task.x, [task.rows, task.cols])
  if (task.kind === 'gelu') return repeated(tf, [x], () => gelu(x))
  const [gamma, beta] = [tf.tensor1d(task.gamma), tf.tensor1d(task.beta)]
  return repeated(tf, [x, gamma, beta], () => layerNorm(tf, x, { gamma, beta, epsilon: task.epsilon }))
}

/** The gradient, which is read; the loss is made too, as training needs it. */
function prepareSoftmaxKl(tf: Tf, task: SoftmaxKlTask): Prepared {
  const { rows, cols } = task
  const [teacher, logits] = [tf.tensor2d(task.teacher, [rows, cols]), tf.tensor2d(task.student, [rows, cols])]
  const gradient = tf.grad((student) => distillationLoss(tf, { teacher, student }, task))
  return repeated(tf, [teacher, logits], () => gradient(logits))
}

function prepareAttention(tf: Tf, task: AttentionTask): Prepared {
  const { batch, tokens, heads, headSize, pass } = task
  const qkv = tf.tensor5d(task.qkv, [batch, tokens, 3, heads, headSize])
  const gradOut = tf.tensor2d(task.gradOut, [batch * tokens, heads * headSize])
  if (pass === 'forward') return repeated(tf, [qkv, gradOut], () => attend(tf, qkv, task))
  const gradient = tf.grad((x) => attend(tf, x, task))
  return repeated(tf, [qkv, gradOut], () => gradient(qkv, gradOut))
}

async function prepare(tf: Tf, task: Task): Promise<Prepared | undefined> {
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
    case 'training-step':
      return prepareStep(tf, task)
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
    return { prepare: (task) => prepare(tf, task) }
  },
}

export default tfjs
