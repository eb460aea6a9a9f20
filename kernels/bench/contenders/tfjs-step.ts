// A distillation step composed of TensorFlow.js's own operations: encoder, loss, gradients of all weights and AdamW. The word table's
// rows are gathered inside: the library differentiates that.
import type { Tensor } from '@tensorflow/tfjs-core'
import { type ModelSpec, type Role, roleShapes } from '../../../app/engine/model/spec.ts'
import { BETA1, BETA2, EPSILON } from '../../../app/engine/stages/optimizer.ts'
import type { Prepared } from '../contender.ts'
import type { StepTask } from '../task.ts'
import { WEIGHT_DECAY } from './decant-model.ts'
import { attend, distillationLoss, gelu, layerNorm, repeated, type Tf } from './tfjs.ts'

type Weights = ReadonlyMap<string, Tensor>

/** A type, not an interface: the library lets go of what lies in plain objects only. */
type Moments = { weight: Tensor; momentum: Tensor; variance: Tensor }

interface Sizes {
  readonly tf: Tf
  readonly spec: ModelSpec
  readonly batch: number
  readonly tokens: number
}

function normalized({ tf, spec }: Sizes, x: Tensor, weights: Weights, name: string): Tensor {
  const [gamma, beta] = [weights.get(`${name}.weight`)!, weights.get(`${name}.bias`)!]
  return layerNorm(tf, x, { gamma, beta, epsilon: spec.layerNormEpsilon })
}

/** x Wᵀ + b in one operation. */
function linear({ tf }: Sizes, x: Tensor, weights: Weights, name: string): Tensor {
  const [b, bias] = [weights.get(`${name}.weight`)!, weights.get(`${name}.bias`)!]
  return tf.fused.matMul({ a: x, b, transposeB: true, bias })
}

function encoderLayer(sizes: Sizes, x: Tensor, weights: Weights, index: number): Tensor {
  const { tf, spec, batch, tokens } = sizes
  const { headSize } = spec
  const { heads } = spec.layers[index]!
  const name = `layers.${index}`
  const qkv = linear(sizes, x, weights, `${name}.qkv`).reshape([batch, tokens, 3, heads, headSize])
  const context = attend(tf, qkv, { batch, tokens, heads, headSize })
  const mixed = linear(sizes, context, weights, `${name}.attention_output`).add(x)
  const attended = normalized(sizes, mixed, weights, `${name}.attention_norm`)
  const raised = linear(sizes, attended, weights, `${name}.ffn_up`)
  const lowered = linear(sizes, gelu(raised), weights, `${name}.ffn_down`)
  return normalized(sizes, lowered.add(attended), weights, `${name}.ffn_norm`)
}

/** @param ids [batch, tokens] */
function logitsOf(sizes: Sizes, weights: Weights, ids: Tensor): Tensor {
  const { tf, spec, batch, tokens } = sizes
  const { hidden } = spec
  const word = tf.gather(weights.get('embeddings.word')!, ids)
  const sum = word.add(weights.get('embeddings.position')!.slice([0, 0], [tokens, hidden]))
  const type = weights.get('embeddings.type')
  const embedded = (type ? sum.add(type.slice([0, 0], [1, hidden])) : sum).reshape([batch * tokens, hidden])
  let x = normalized(sizes, embedded, weights, 'embeddings.norm')
  for (let index = 0; index < spec.layers.length; index++) x = encoderLayer(sizes, x, weights, index)
  const first = x.reshape([batch, tokens, hidden]).slice([0, 0, 0], [batch, 1, hidden])
  const pooled = linear(sizes, first.reshape([batch, hidden]), weights, 'pooler')
  const active = spec.poolerActivation === 'tanh' ? pooled.tanh() : pooled.relu()
  return linear(sizes, active, weights, 'classifier')
}

/** Numbers of AdamW that stay, as tensors: the library would upload each anew for every weight. */
function adamwConstants(tf: Tf, learningRate: number) {
  return {
    beta1: tf.scalar(BETA1),
    rest1: tf.scalar(1 - BETA1),
    beta2: tf.scalar(BETA2),
    rest2: tf.scalar(1 - BETA2),
    epsilon: tf.scalar(EPSILON),
    decay: tf.scalar(1 - learningRate * WEIGHT_DECAY),
  }
}

/** Step size and variance factor of the bias correction of the `count`th step. */
function adamwRates(tf: Tf, learningRate: number, count: number) {
  return {
    size: tf.scalar(learningRate / (1 - BETA1 ** count)),
    root: tf.scalar(1 / Math.sqrt(1 - BETA2 ** count)),
  }
}

type AdamwNumbers = ReturnType<typeof adamwConstants> & ReturnType<typeof adamwRates>

/** Of one weight; matrices decay. */
function updated(old: Moments, gradient: Tensor, numbers: AdamwNumbers): Moments {
  const { beta1, rest1, beta2, rest2, epsilon, decay, size, root } = numbers
  const momentum = old.momentum.mul(beta1).add(gradient.mul(rest1))
  const variance = old.variance.mul(beta2).add(gradient.square().mul(rest2))
  const divisor = variance.sqrt().mul(root).add(epsilon)
  const decayed = old.weight.rank === 2 ? old.weight.mul(decay) : old.weight
  return { weight: decayed.sub(momentum.mul(size).div(divisor)), momentum, variance }
}

async function initialState(tf: Tf, { model }: StepTask): Promise<Map<Role, Moments>> {
  const state = new Map<Role, Moments>()
  for (const [role, shape] of roleShapes(model.spec)) {
    const weight = tf.tensor(await model.read(role), [...shape])
    state.set(role, { weight, momentum: tf.zeros([...shape]), variance: tf.zeros([...shape]) })
  }
  return state
}

export async function prepareStep(tf: Tf, task: StepTask): Promise<Prepared> {
  const { batch, tokens, temperature, learningRate, model } = task
  const sizes: Sizes = { tf, spec: model.spec, batch, tokens }
  const ids = tf.tensor2d(Int32Array.from(task.ids), [batch, tokens], 'int32')
  const teacher = tf.tensor2d(task.teacherLogits, [batch, model.spec.labels.length])
  const constants = adamwConstants(tf, learningRate)
  const state = await initialState(tf, task)
  const roles = [...state.keys()]
  const differentiate = tf.valueAndGrads((...weights: Tensor[]) => {
    const named = new Map(roles.map((role, i) => [role, weights[i]!]))
    const student = logitsOf(sizes, named, ids)
    return distillationLoss(tf, { teacher, student }, { rows: batch, temperature })
  })
  let count = 0
  const prepared = repeated(tf, [ids, teacher, ...Object.values(constants)], () => {
    const { value, grads } = differentiate(roles.map((role) => state.get(role)!.weight))
    const numbers = { ...constants, ...adamwRates(tf, learningRate, ++count) }
    roles.forEach((role, i) => {
      const old = state.get(role)!
      const next = tf.tidy(() => updated(old, grads[i]!, numbers))
      for (const tensor of Object.values(next)) tf.keep(tensor)
      tf.dispose([old, grads[i]!])
      state.set(role, next)
    })
    return value
  })
  return {
    ...prepared,
    async release() {
      await prepared.release()
      tf.dispose([...state.values()])
    },
  }
}
