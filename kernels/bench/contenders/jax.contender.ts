// jax-js on WebGPU: every task is one jitted function of its arrays.
import type { Array as JaxArray } from '@jax-js/jax'
import type { Contender, Prepared } from '../contender.ts'
import type { AdamwTask, AttentionTask, MatmulTask, PointwiseTask, SoftmaxKlTask, Task } from '../task.ts'
import { type Jax, prepareStep } from './jax-step.ts'

/** Results that may be under way; the library starts work only for arrays that are asked for, and keeps each until then. */
const IN_FLIGHT = 16

/** `compute` on `inputs`, whose last result is kept for reading. It owns its arguments, as all of jax-js. */
function repeated(
  { jit }: Jax,
  inputs: readonly JaxArray[],
  compute: (...inputs: JaxArray[]) => JaxArray,
): Prepared {
  const jitted = jit(compute)
  const underWay: { array: JaxArray; done: Promise<unknown> }[] = []
  const settle = async (keep: number) => {
    while (underWay.length > keep) {
      const { array, done } = underWay.shift()!
      await done
      if (underWay.length > 0) array.dispose()
      else last = array
    }
  }
  let last: JaxArray | undefined
  const forget = () => {
    last?.dispose()
    last = undefined
  }
  return {
    async run() {
      forget()
      const array = jitted(...inputs.map((input) => input.ref))
      underWay.push({ array, done: array.blockUntilReady() })
      if (underWay.length > IN_FLIGHT) await settle(IN_FLIGHT)
    },
    wait: () => settle(0),
    read: () => last!.ref.data() as Promise<Float32Array>,
    release() {
      forget()
      for (const input of inputs) input.dispose()
      jitted.dispose()
    },
  }
}

function prepareMatmul(jax: Jax, { form, rows, cols, inner, a, b }: MatmulTask): Prepared {
  const { numpy: np } = jax
  const left = np.array(a, { shape: form === 'TN' ? [inner, rows] : [rows, inner] })
  const right = np.array(b, { shape: form === 'NT' ? [cols, inner] : [inner, cols] })
  const swap = (x: JaxArray, isSwapped: boolean) => (isSwapped ? np.matrixTranspose(x) : x)
  return repeated(jax, [left, right], (x, y) => np.matmul(swap(x!, form === 'TN'), swap(y!, form === 'NT')))
}

function preparePointwise(jax: Jax, task: PointwiseTask): Prepared {
  const { numpy: np, nn } = jax
  const x = np.array(task.x, { shape: [task.rows, task.cols] })
  if (task.kind === 'gelu') return repeated(jax, [x], (value) => nn.gelu(value!, { approximate: false }))
  return repeated(jax, [x, np.array(task.gamma), np.array(task.beta)], (value, gamma, beta) => {
    const centered = value!.ref.sub(np.mean(value!, -1, { keepdims: true }))
    const variance = np.mean(centered.ref.mul(centered.ref), -1, { keepdims: true })
    return centered
      .div(np.sqrt(variance.add(task.epsilon)))
      .mul(gamma!)
      .add(beta!)
  })
}

/** Gradient of the composed loss by the student. */
function prepareSoftmaxKl(jax: Jax, { rows, cols, temperature, teacher, student }: SoftmaxKlTask): Prepared {
  const { numpy: np, nn, grad } = jax
  const [p, q] = [np.array(teacher, { shape: [rows, cols] }), np.array(student, { shape: [rows, cols] })]
  const loss = (logits: JaxArray, targets: JaxArray) => {
    const logTeacher = nn.logSoftmax(targets.div(temperature))
    const logStudent = nn.logSoftmax(logits.div(temperature))
    return np
      .exp(logTeacher.ref)
      .mul(logTeacher.sub(logStudent))
      .sum()
      .mul(temperature ** 2 / rows)
  }
  return repeated(jax, [q, p], (logits, targets) => grad(loss)(logits!, targets!))
}

function prepareAttention(jax: Jax, task: AttentionTask): Prepared {
  const { numpy: np, nn, grad } = jax
  const { batch, tokens, heads, headSize, pass } = task
  const qkv = np.array(task.qkv, { shape: [batch, tokens, 3, heads, headSize] })
  const gradOut = np.array(task.gradOut, { shape: [batch, tokens, heads, headSize] })
  const attend = (x: JaxArray) => {
    const [q, k, v] = np.split(x, 3, 2).map((part) => np.squeeze(part, 2))
    return nn.dotProductAttention(q!, k!, v!)
  }
  if (pass === 'forward') {
    gradOut.dispose()
    return repeated(jax, [qkv], (x) => attend(x!))
  }
  const weighted = (x: JaxArray, weights: JaxArray) => attend(x).mul(weights).sum()
  return repeated(jax, [qkv, gradOut], (x, weights) => grad(weighted)(x!, weights!))
}

/** The update alone; moments are read as zeros and written, which is the traffic of any step. */
function prepareAdamw(jax: Jax, task: AdamwTask): Prepared {
  const { numpy: np, jit, tree, blockUntilReady } = jax
  const { learningRate, beta1, beta2, epsilon, weightDecay } = task.settings
  type State = { parameter: JaxArray; momentum: JaxArray; variance: JaxArray }
  const update = jit((state: State, gradient: JaxArray, rates: JaxArray[]): State => {
    const momentum = state.momentum.mul(beta1).add(gradient.ref.mul(1 - beta1))
    const variance = state.variance.mul(beta2).add(gradient.ref.mul(gradient).mul(1 - beta2))
    const [stepSize, varianceFactor] = rates
    const root = np.sqrt(variance.ref).mul(varianceFactor!).add(epsilon)
    const moved = momentum.ref.mul(stepSize!).div(root)
    return { parameter: state.parameter.mul(1 - learningRate * weightDecay).sub(moved), momentum, variance }
  })
  const gradient = np.array(task.gradient)
  let state: State = {
    parameter: np.array(task.parameter),
    momentum: np.zeros([task.count]),
    variance: np.zeros([task.count]),
  }
  let step = 0
  return {
    run() {
      step += 1
      const rates = [learningRate / (1 - beta1 ** step), 1 / Math.sqrt(1 - beta2 ** step)]
      state = update(
        state,
        gradient.ref,
        rates.map((rate) => np.array([rate])),
      )
    },
    wait: async () => void (await blockUntilReady(state)),
    read: () => state.parameter.ref.data() as Promise<Float32Array>,
    release() {
      tree.dispose(state)
      gradient.dispose()
      update.dispose()
    },
  }
}

function prepare(jax: Jax, task: Task): Prepared | Promise<Prepared> | undefined {
  switch (task.kind) {
    case 'matmul':
      return prepareMatmul(jax, task)
    case 'gelu':
    case 'layer-norm':
      return preparePointwise(jax, task)
    case 'softmax-kl':
      return prepareSoftmaxKl(jax, task)
    case 'attention':
      return prepareAttention(jax, task)
    case 'adamw':
      return prepareAdamw(jax, task)
    case 'training-step':
      return prepareStep(jax, task)
    default:
      return undefined
  }
}

const jaxJs: Contender = {
  id: 'jax-js webgpu',
  package: '@jax-js/jax',
  on: 'gpu',
  async start() {
    const jax = await import('@jax-js/jax')
    const devices = await jax.init('webgpu')
    if (!devices.includes('webgpu')) throw new Error('jax-js found no WebGPU device')
    jax.defaultDevice('webgpu')
    return { prepare: async (task) => prepare(jax, task) }
  },
}

export default jaxJs
