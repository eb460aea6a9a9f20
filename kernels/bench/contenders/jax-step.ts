// A distillation step composed of jax-js's own operations: encoder, loss, gradients and AdamW are jitted. The word table's rows are
// taken, and their gradients scattered, outside: the library jits no scatter.
import type { Array as JaxArray } from '@jax-js/jax'
import { type ModelSpec, roleShapes } from '../../../app/engine/model/spec.ts'
import { BETA1, BETA2, EPSILON } from '../../../app/engine/stages/optimizer.ts'
import type { Prepared } from '../contender.ts'
import type { StepTask } from '../task.ts'
import { WEIGHT_DECAY } from './decant-model.ts'

export type Jax = typeof import('@jax-js/jax')

type Weights = Record<string, JaxArray>
type Moments = { weights: Weights; momentum: Weights; variance: Weights }
type Result = { loss: JaxArray; gradRows: JaxArray; next: Moments }

const WORD = 'embeddings.word'

interface Sizes {
  readonly jax: Jax
  readonly spec: ModelSpec
  readonly batch: number
  readonly tokens: number
}

function normalized({ jax, spec }: Sizes, x: JaxArray, weights: Weights, name: string): JaxArray {
  const { numpy: np } = jax
  const centered = x.ref.sub(np.mean(x, -1, { keepdims: true }))
  const variance = np.mean(centered.ref.mul(centered.ref), -1, { keepdims: true })
  const scaled = centered.div(np.sqrt(variance.add(spec.layerNormEpsilon)))
  return scaled.mul(weights[`${name}.weight`]!).add(weights[`${name}.bias`]!)
}

/** x Wᵀ + b */
function linear({ jax }: Sizes, x: JaxArray, weights: Weights, name: string): JaxArray {
  const { numpy: np } = jax
  return np.matmul(x, np.matrixTranspose(weights[`${name}.weight`]!)).add(weights[`${name}.bias`]!)
}

function encoderLayer(sizes: Sizes, x: JaxArray, weights: Weights, index: number): JaxArray {
  const { jax, spec, batch, tokens } = sizes
  const { numpy: np, nn } = jax
  const { heads } = spec.layers[index]!
  const name = `layers.${index}`
  const qkv = linear(sizes, x.ref, weights, `${name}.qkv`).reshape([batch, tokens, 3, heads, spec.headSize])
  const [q, k, v] = np.split(qkv, 3, 2).map((part) => np.squeeze(part, 2))
  const context = nn.dotProductAttention(q!, k!, v!).reshape([batch * tokens, heads * spec.headSize])
  const mixed = linear(sizes, context, weights, `${name}.attention_output`).add(x)
  const attended = normalized(sizes, mixed, weights, `${name}.attention_norm`)
  const raised = linear(sizes, attended.ref, weights, `${name}.ffn_up`)
  const lowered = linear(sizes, nn.gelu(raised, { approximate: false }), weights, `${name}.ffn_down`)
  return normalized(sizes, lowered.add(attended), weights, `${name}.ffn_norm`)
}

/** @param rows the word table's rows of the batch [batch · tokens, hidden] */
function logitsOf(sizes: Sizes, weights: Weights, rows: JaxArray): JaxArray {
  const { jax, spec, batch, tokens } = sizes
  const { numpy: np } = jax
  const word = rows.reshape([batch, tokens, spec.hidden])
  const position = weights['embeddings.position']!.slice([0, tokens])
  const type = weights['embeddings.type']
  const sum = word.add(position)
  const embedded = (type ? sum.add(type.slice([0, 1])) : sum).reshape([batch * tokens, spec.hidden])
  let x = normalized(sizes, embedded, weights, 'embeddings.norm')
  for (let index = 0; index < spec.layers.length; index++) x = encoderLayer(sizes, x, weights, index)
  const first = x.reshape([batch, tokens, spec.hidden]).slice([], 0)
  const pooled = np.tanh(linear(sizes, first, weights, 'pooler'))
  return linear(sizes, pooled, weights, 'classifier')
}

/** T² · KL(teacher ‖ student), mean over texts. */
function lossOf(sizes: Sizes, { temperature, batch }: StepTask) {
  const { numpy: np, nn } = sizes.jax
  return (weights: Weights, rows: JaxArray, teacher: JaxArray): JaxArray => {
    const logTeacher = nn.logSoftmax(teacher.div(temperature))
    const logStudent = nn.logSoftmax(logitsOf(sizes, weights, rows).div(temperature))
    return np
      .exp(logTeacher.ref)
      .mul(logTeacher.sub(logStudent))
      .sum()
      .mul(temperature ** 2 / batch)
  }
}

/** AdamW on every weight; `rates` are step size and variance factor of the step's bias correction, [1] each. */
function updated(
  { jax, spec }: Sizes,
  state: Moments,
  gradients: Weights,
  { rates, learningRate }: { rates: JaxArray[]; learningRate: number },
): Moments {
  const { numpy: np } = jax
  const shapes: ReadonlyMap<string, readonly number[]> = roleShapes(spec)
  const next: Moments = { weights: {}, momentum: {}, variance: {} }
  for (const [name, gradient] of Object.entries(gradients)) {
    const momentum = state.momentum[name]!.mul(BETA1).add(gradient.ref.mul(1 - BETA1))
    const variance = state.variance[name]!.mul(BETA2).add(gradient.ref.mul(gradient).mul(1 - BETA2))
    const root = np.sqrt(variance.ref).mul(rates[1]!.ref).add(EPSILON)
    const decay = shapes.get(name)!.length === 2 ? 1 - learningRate * WEIGHT_DECAY : 1
    next.weights[name] = state.weights[name]!.mul(decay).sub(momentum.ref.mul(rates[0]!.ref).div(root))
    next.momentum[name] = momentum
    next.variance[name] = variance
  }
  for (const rate of rates) rate.dispose()
  return next
}

function stepFunctions(sizes: Sizes, task: StepTask) {
  const { jit, grad, valueAndGrad, tree, numpy: np } = sizes.jax
  const { learningRate } = task
  const differentiate = valueAndGrad(lossOf(sizes, task), { argnums: [0, 1] })
  const step = jit((state: Moments, rows: JaxArray, teacher: JaxArray, rates: JaxArray[]): Result => {
    const [loss, [gradients, gradRows]] = differentiate(
      tree.ref(state.weights),
      rows,
      teacher,
    ) as unknown as [JaxArray, [Weights, JaxArray]]
    return { loss, gradRows, next: updated(sizes, state, gradients, { rates, learningRate }) }
  })
  const updateWords = jit(
    (state: Moments, gradient: JaxArray, rates: JaxArray[]): Moments =>
      updated(sizes, state, { [WORD]: gradient }, { rates, learningRate }),
  )
  const scatter = grad((word: JaxArray, ids: JaxArray, gradRows: JaxArray) =>
    np.take(word, ids, 0).mul(gradRows).sum(),
  )
  return { step, updateWords, scatter }
}

async function initialState({ jax, spec }: Sizes, { model }: StepTask, isWord: boolean): Promise<Moments> {
  const { numpy: np } = jax
  const state: Moments = { weights: {}, momentum: {}, variance: {} }
  for (const [role, shape] of roleShapes(spec)) {
    if ((role === WORD) !== isWord) continue
    state.weights[role] = np.array(await model.read(role), { shape: [...shape] })
    state.momentum[role] = np.zeros([...shape])
    state.variance[role] = np.zeros([...shape])
  }
  return state
}

export async function prepareStep(jax: Jax, task: StepTask): Promise<Prepared> {
  const { numpy: np, tree, blockUntilReady } = jax
  const { spec } = task.model
  const { batch, tokens, learningRate } = task
  const sizes: Sizes = { jax, spec, batch, tokens }
  const { step, updateWords, scatter } = stepFunctions(sizes, task)
  const ids = np.array(Int32Array.from(task.ids), { shape: [batch * tokens] })
  const teacher = np.array(task.teacherLogits, { shape: [batch, spec.labels.length] })
  let state = await initialState(sizes, task, false)
  let words = await initialState(sizes, task, true)
  let last = np.zeros([])
  let count = 0
  const rates = () =>
    [learningRate / (1 - BETA1 ** count), 1 / Math.sqrt(1 - BETA2 ** count)].map((rate) => np.array([rate]))
  return {
    run() {
      count += 1
      const rows = np.take(words.weights[WORD]!.ref, ids.ref, 0)
      const { loss, gradRows, next } = step(state, rows, teacher.ref, rates())
      words = updateWords(words, scatter(words.weights[WORD]!.ref, ids.ref, gradRows), rates())
      last.dispose()
      last = loss
      state = next
    },
    wait: async () => void (await blockUntilReady([last, state, words])),
    read: async () => (await last.ref.data()) as Float32Array,
    release() {
      tree.dispose([last, state, words, ids, teacher])
      step.dispose()
      updateWords.dispose()
    },
  }
}
