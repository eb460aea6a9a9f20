// What contenders are asked to compute. A task brings its inputs along, so that all of them start from the same numbers.
import type { PortableModel } from '../../app/engine/model/portable.ts'
import type { MatmulForm } from '../matmul/matmul.ts'

type Floats = Float32Array<ArrayBuffer>

/** out [rows, cols] = A B in the form named; shapes of A and B as `matmul` has them. */
export interface MatmulTask {
  readonly kind: 'matmul'
  readonly form: MatmulForm
  readonly rows: number
  readonly cols: number
  readonly inner: number
  readonly a: Floats
  readonly b: Floats
}

/**
 * out [rows, cols] = A Wᵀ with W [cols, inner] stored in 8 or 4 bits. W is whole codes times one scale, and A multiples of 1/127, so
 * that every way of quantizing them recovers the same numbers and results are exact whatever the library rounds.
 */
export interface QuantizedTask {
  readonly kind: 'quantized'
  readonly bits: 8 | 4
  readonly rows: number
  readonly cols: number
  readonly inner: number
  /** Columns of W that share a scale where the library has groups. */
  readonly groupSize: number
  readonly a: Floats
  readonly w: Floats
}

/** Self-attention without padding: qkv [batch · tokens, 3 · heads · headSize] to out [batch · tokens, heads · headSize]. */
export interface AttentionTask {
  readonly kind: 'attention'
  /** `backward` gives the gradient of qkv for `gradOut`, the forward pass included. */
  readonly pass: 'forward' | 'backward'
  readonly batch: number
  readonly tokens: number
  readonly heads: number
  readonly headSize: number
  readonly qkv: Floats
  readonly gradOut: Floats
}

/** Exact GELU, or layer normalization with `gamma` and `beta` [cols], of x [rows, cols]. */
export interface PointwiseTask {
  readonly kind: 'gelu' | 'layer-norm'
  readonly rows: number
  readonly cols: number
  readonly x: Floats
  readonly gamma: Floats
  readonly beta: Floats
  readonly epsilon: number
}

/** Gradient [rows, cols] by the student's logits of T² · KL(teacher ‖ student), mean over rows; the loss is computed too. */
export interface SoftmaxKlTask {
  readonly kind: 'softmax-kl'
  readonly rows: number
  readonly cols: number
  readonly temperature: number
  readonly teacher: Floats
  readonly student: Floats
}

/** One AdamW update of `parameter` [count], whose result is read; every repetition starts from the state of the one before. */
export interface AdamwTask {
  readonly kind: 'adamw'
  readonly count: number
  readonly parameter: Floats
  readonly gradient: Floats
  readonly settings: {
    readonly learningRate: number
    readonly beta1: number
    readonly beta2: number
    readonly epsilon: number
    readonly weightDecay: number
  }
}

interface TextBatch {
  readonly batch: number
  readonly tokens: number
  /** [batch, tokens], without padding. */
  readonly ids: Uint32Array<ArrayBuffer>
}

/** Logits [batch, labels] of a whole classifier. */
export interface ModelTask extends TextBatch {
  readonly kind: 'model'
  readonly model: PortableModel
}

/**
 * One step of distillation: forward, T² · KL against the teacher's logits [batch, labels], backward, AdamW on every weight.
 * What is read is the loss [1], before the update.
 */
export interface StepTask extends TextBatch {
  readonly kind: 'training-step'
  readonly model: PortableModel
  readonly teacherLogits: Floats
  readonly temperature: number
  readonly learningRate: number
}

export type Task =
  | MatmulTask
  | QuantizedTask
  | AttentionTask
  | PointwiseTask
  | SoftmaxKlTask
  | AdamwTask
  | ModelTask
  | StepTask
