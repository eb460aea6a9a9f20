// Our own kernels.

import { multiplyInt4 } from '../../../app/engine/model/linear-int4.ts'
import { Tuner } from '../../../app/engine/tuning.ts'
import { adamw } from '../../adamw/adamw.ts'
import { type AttentionSizes, attentionBackward, attentionForward } from '../../attention/attention.ts'
import { gelu } from '../../gelu/gelu.ts'
import { gemmInt8 } from '../../gemm-int8/gemm-int8.ts'
import { layerNorm } from '../../layernorm/layernorm.ts'
import { matmul } from '../../matmul/matmul.ts'
import { int4Groups, int8Words, packInt4, quantizeRows } from '../../quantize/quantize.ts'
import { ARENA_GRAIN } from '../../runtime/arena.ts'
import { type Gpu, requestGpu, runsOnCpu } from '../../runtime/gpu.ts'
import { createTensor, type ElementType, read, release, type Tensor, upload } from '../../runtime/tensor.ts'
import { softmaxKl } from '../../softmax-kl/softmax-kl.ts'
import type { Contender, Prepared } from '../contender.ts'
import type {
  AdamwTask,
  AttentionTask,
  MatmulTask,
  PointwiseTask,
  QuantizedTask,
  SoftmaxKlTask,
  Task,
} from '../task.ts'
import { prepareModel, prepareStep } from './decant-model.ts'

const OWNER = 'bench'

/** Tensors of one task, released together, and what launches it. */
class Bench {
  readonly gpu: Gpu
  readonly #tensors: Tensor[] = []

  constructor(gpu: Gpu) {
    this.gpu = gpu
  }

  floats(values: Float32Array<ArrayBuffer>): Tensor<'f32'> {
    return this.#keep(upload(this.gpu, 'f32', values, { owner: OWNER }))
  }

  words(values: Uint32Array<ArrayBuffer>): Tensor<'u32'> {
    return this.#keep(upload(this.gpu, 'u32', values, { owner: OWNER }))
  }

  empty<T extends ElementType>(type: T, ...shape: number[]): Tensor<T> {
    return this.#keep(createTensor(this.gpu, type, shape, OWNER))
  }

  prepared(out: Tensor<'f32'>, run: () => void): Prepared {
    return {
      run,
      wait: () => this.gpu.finish(),
      read: () => read(this.gpu, out),
      release: () => release(this.gpu, ...this.#tensors.splice(0)),
    }
  }

  #keep<T extends Tensor>(tensor: T): T {
    this.#tensors.push(tensor)
    return tensor
  }
}

function prepareMatmul(bench: Bench, { kind: _, a, b, ...shape }: MatmulTask): Prepared {
  const tensors = {
    a: bench.floats(a),
    b: bench.floats(b),
    out: bench.empty('f32', shape.rows, shape.cols),
  }
  return bench.prepared(tensors.out, () => matmul(bench.gpu, tensors, shape))
}

function prepareQuantized(bench: Bench, task: QuantizedTask): Prepared {
  const { rows, cols, inner, groupSize } = task
  const a = bench.floats(task.a)
  const w = bench.floats(task.w)
  const out = bench.empty('f32', rows, cols)
  const { gpu } = bench
  if (task.bits === 4) {
    const groups = int4Groups({ cols: inner, groupSize })
    const codesW = bench.empty('u32', cols, (groups * groupSize) / 8)
    const scalesW = bench.empty('f32', cols, groups)
    packInt4(gpu, { x: w, codes: codesW, scales: scalesW }, { rows: cols, cols: inner, groupSize })
    return bench.prepared(out, () =>
      multiplyInt4(gpu, { a, codesW, scalesW, out }, { rows, cols, inner, groupSize }),
    )
  }
  const codesW = bench.empty('u32', cols, int8Words(inner))
  const scalesW = bench.empty('f32', cols)
  const codesA = bench.empty('u32', rows, int8Words(inner))
  const scalesA = bench.empty('f32', rows)
  quantizeRows(gpu, { x: w, codes: codesW, scales: scalesW }, { rows: cols, cols: inner })
  // Rivals are given activations in F32, so quantizing them counts here too.
  return bench.prepared(out, () => {
    quantizeRows(gpu, { x: a, codes: codesA, scales: scalesA }, { rows, cols: inner })
    gemmInt8(gpu, { codesA, scalesA, codesW, scalesW, out }, { rows, cols, inner })
  })
}

function prepareAttention(bench: Bench, task: AttentionTask): Prepared {
  const { batch, tokens, heads, headSize } = task
  const sizes: AttentionSizes = { batch, tokens, heads, headSize }
  const rows = batch * tokens
  const { gpu } = bench
  const mask = bench.empty('u32', batch, tokens)
  gpu.device.queue.writeBuffer(mask.buffer, mask.offset, new Uint32Array(rows).fill(1))
  const inputs = {
    qkv: bench.floats(task.qkv),
    mask,
    out: bench.empty('f32', rows, heads * headSize),
    logSumExp: bench.empty('f32', batch, heads, tokens),
  }
  if (task.pass === 'forward') return bench.prepared(inputs.out, () => attentionForward(gpu, inputs, sizes))
  const all = {
    ...inputs,
    gradOut: bench.floats(task.gradOut),
    delta: bench.empty('f32', batch, heads, tokens),
    gradQkv: bench.empty('f32', rows, 3 * heads * headSize),
  }
  return bench.prepared(all.gradQkv, () => {
    attentionForward(gpu, inputs, sizes)
    attentionBackward(gpu, all, sizes)
  })
}

function preparePointwise(bench: Bench, task: PointwiseTask): Prepared {
  const { rows, cols, epsilon } = task
  const x = bench.floats(task.x)
  const out = bench.empty('f32', rows, cols)
  if (task.kind === 'gelu')
    return bench.prepared(out, () => gelu(bench.gpu, { x, out }, { count: rows * cols, form: 'exact' }))
  const tensors = { x, gamma: bench.floats(task.gamma), beta: bench.floats(task.beta), out }
  const stats = bench.empty('f32', rows, 2)
  return bench.prepared(out, () => layerNorm(bench.gpu, { ...tensors, stats }, { rows, cols, epsilon }))
}

function prepareSoftmaxKl(bench: Bench, task: SoftmaxKlTask): Prepared {
  const { rows, cols: classes, temperature } = task
  const teacher = bench.floats(task.teacher)
  const student = bench.floats(task.student)
  const tensors = {
    teacher,
    student,
    loss: bench.empty('f32', rows),
    grad: bench.empty('f32', rows, classes),
  }
  const sizes = { rows, classes, temperature, scale: 1 / rows, accumulate: 0 } as const
  return bench.prepared(tensors.grad, () => softmaxKl(bench.gpu, tensors, sizes))
}

function prepareAdamw(bench: Bench, task: AdamwTask): Prepared {
  const { count, settings } = task
  const tensors = {
    parameter: bench.floats(task.parameter),
    gradient: bench.floats(task.gradient),
    momentum: bench.floats(new Float32Array(count)),
    variance: bench.floats(new Float32Array(count)),
    norm: bench.floats(Float32Array.of(0, 0)),
    decayed: bench.words(new Uint32Array(Math.ceil(count / ARENA_GRAIN)).fill(1)),
  }
  let step = 0
  return bench.prepared(tensors.parameter, () => {
    step += 1
    adamw(bench.gpu, tensors, { count, ...settings, step, clipNorm: 1e30 })
  })
}

function prepare(gpu: Gpu, task: Task): Prepared | Promise<Prepared> {
  const bench = new Bench(gpu)
  switch (task.kind) {
    case 'matmul':
      return prepareMatmul(bench, task)
    case 'quantized':
      return prepareQuantized(bench, task)
    case 'attention':
      return prepareAttention(bench, task)
    case 'gelu':
    case 'layer-norm':
      return preparePointwise(bench, task)
    case 'softmax-kl':
      return prepareSoftmaxKl(bench, task)
    case 'adamw':
      return prepareAdamw(bench, task)
    case 'model':
      return prepareModel(gpu, task)
    case 'training-step':
      return prepareStep(gpu, task)
  }
}

/** As users have it. On CPU adapters nothing was found to be faster than the defaults, and looking for it takes seconds. */
async function tune(gpu: Gpu): Promise<void> {
  if (runsOnCpu(gpu.adapter)) return
  const tuner = await Tuner.open(gpu, { read: async () => undefined, write: async () => {} }, 'bench')
  while (!tuner.isDone) await tuner.step()
}

const decant: Contender = {
  id: 'decant',
  package: 'decant',
  on: 'gpu',
  async start(host) {
    const gpu = await requestGpu(host.gpu)
    await tune(gpu)
    return { prepare: async (task) => prepare(gpu, task), release: () => gpu.destroy() }
  },
}

export default decant
