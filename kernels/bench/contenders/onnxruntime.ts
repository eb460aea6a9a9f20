// What ONNX Runtime's contenders share: sessions of one task each, with inputs and the output where they are computed with.
import type { Env, InferenceSession, Tensor, TensorConstructor } from 'onnxruntime-common'
import type { BenchHost, Prepared } from '../contender.ts'
import type { AttentionTask, Task } from '../task.ts'
import {
  attentionModel,
  classifierModel,
  matmulModel,
  type OnnxModel,
  pointwiseModel,
  quantizedModel,
} from './onnx-models.ts'

/** The part of the package that is used; its builds for WebGPU and wasm have the same. */
export interface OnnxRuntime {
  readonly env: Env
  readonly InferenceSession: {
    create(bytes: Uint8Array, options: InferenceSession.SessionOptions): Promise<InferenceSession>
  }
  readonly Tensor: TensorConstructor
}

/** Points a runtime at its WebAssembly beside the bundle, read by us: Node's `fetch` opens no files. */
export async function withWasm(
  host: BenchHost,
  runtime: OnnxRuntime,
  variant: '' | '.asyncify',
  threads: number,
): Promise<OnnxRuntime> {
  const name = `ort/ort-wasm-simd-threaded${variant}`
  const { wasm } = runtime.env
  wasm.wasmPaths = { mjs: host.address(`${name}.mjs`), wasm: host.address(`${name}.wasm`) }
  wasm.wasmBinary = await host.readFile(`${name}.wasm`)
  wasm.numThreads = threads
  runtime.env.logLevel = 'error'
  return runtime
}

export interface OnnxInput {
  readonly type: 'float32' | 'int64'
  readonly data: Float32Array<ArrayBuffer> | BigInt64Array<ArrayBuffer>
  readonly shape: readonly number[]
}

export interface OnnxTask {
  readonly model: OnnxModel
  readonly inputs: Readonly<Record<string, OnnxInput>>
  readonly outputShape: readonly number[]
}

const floats = (data: Float32Array<ArrayBuffer>, ...shape: number[]): OnnxInput => ({
  type: 'float32',
  data,
  shape,
})

/** Which of several ways to write an operation is run. */
export interface OnnxForms {
  /** `accuracy_level` of MatMulNBits; 4 lets activations be quantized to 8 bits too, 0 keeps them in floats. */
  readonly accuracy: 0 | 4
  readonly attention: 'fused' | 'composed'
}

/** A task as a model and its inputs; undefined where there is no operator for it. */
export async function onnxTask(
  task: Task,
  { accuracy, attention }: OnnxForms,
): Promise<OnnxTask | undefined> {
  switch (task.kind) {
    case 'matmul': {
      const { form, rows, cols, inner, a } = task
      const shape = form === 'TN' ? [inner, rows] : [rows, inner]
      return { model: matmulModel(task), inputs: { a: floats(a, ...shape) }, outputShape: [rows, cols] }
    }
    case 'quantized': {
      const { rows, cols, inner, a } = task
      const model = quantizedModel(task, accuracy)
      return { model, inputs: { a: floats(a, rows, inner) }, outputShape: [rows, cols] }
    }
    case 'gelu':
    case 'layer-norm': {
      const { rows, cols, x } = task
      return { model: pointwiseModel(task), inputs: { x: floats(x, rows, cols) }, outputShape: [rows, cols] }
    }
    case 'attention':
      return task.pass === 'forward' ? attentionTask(task, attention) : undefined
    case 'model': {
      const { batch, tokens, ids, model } = task
      const integers = (values: ArrayLike<number>): OnnxInput => ({
        type: 'int64',
        data: BigInt64Array.from(Array.from(values), BigInt),
        shape: [batch, tokens],
      })
      const inputs: Record<string, OnnxInput> = {
        input_ids: integers(ids),
        attention_mask: integers(new Uint8Array(ids.length).fill(1)),
      }
      if (model.spec.tokenTypes > 0) inputs.token_type_ids = integers(new Uint8Array(ids.length))
      return { model: await classifierModel(model), inputs, outputShape: [batch, model.spec.labels.length] }
    }
    default:
      return undefined
  }
}

function attentionTask(task: AttentionTask, form: OnnxForms['attention']): OnnxTask {
  const { batch, tokens, heads, headSize, qkv } = task
  const width = heads * headSize
  const part = (index: number) => {
    const values = new Float32Array(batch * tokens * width)
    for (let row = 0; row < batch * tokens; row++)
      values.set(qkv.subarray((3 * row + index) * width, (3 * row + index + 1) * width), row * width)
    return floats(values, batch, tokens, width)
  }
  const shape = [batch, tokens, width]
  return {
    model: attentionModel(task, form),
    inputs: { q: part(0), k: part(1), v: part(2) },
    outputShape: shape,
  }
}

/** How tensors are held and work is awaited: on the GPU, or in memory. */
export interface TensorPlace {
  input(input: OnnxInput): Tensor
  /** Undefined where results come in tensors of their own. */
  output(shape: readonly number[]): Tensor | undefined
  wait(): Promise<void>
  read(output: Tensor): Promise<ArrayLike<number>>
  release(tensor: Tensor): void
}

export async function prepareOnnx(
  runtime: OnnxRuntime,
  { model, inputs, outputShape }: OnnxTask,
  place: (runtime: OnnxRuntime) => Promise<TensorPlace>,
  provider: 'webgpu' | 'wasm',
): Promise<Prepared> {
  const session = await runtime.InferenceSession.create(model.bytes, {
    executionProviders: [provider],
    graphOptimizationLevel: 'all',
    logSeverityLevel: 3,
  })
  const at = await place(runtime)
  const feeds = Object.fromEntries(Object.entries(inputs).map(([name, input]) => [name, at.input(input)]))
  const output = at.output(outputShape)
  const fetches = output ? { [model.output]: output } : [model.output]
  let last = output
  return {
    async run() {
      last = (await session.run(feeds, fetches))[model.output]
    },
    wait: () => at.wait(),
    read: () => at.read(last!),
    async release() {
      await session.release()
      for (const tensor of [...Object.values(feeds), ...(output ? [output] : [])]) at.release(tensor)
    },
  }
}
