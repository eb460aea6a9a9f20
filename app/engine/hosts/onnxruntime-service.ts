// What a worker with ONNX Runtime answers. It has a worker of its own, since only the responses that carry the runtime let
// WebAssembly be compiled. One model at a time.
import type * as OnnxRuntime from 'onnxruntime-web'
import type { RuntimeBatch } from '../exports/verify.ts'
import type { CheckProvider } from '../protocol.ts'
import { logitsOf } from './onnx-logits.ts'

/** @property id comes back with the answer */
export type RuntimeRequest = { readonly id: number } & (
  | { readonly kind: 'start' }
  | { readonly kind: 'open'; readonly bytes: Uint8Array }
  | { readonly kind: 'run'; readonly batch: RuntimeBatch }
  | { readonly kind: 'close' }
)

export interface RuntimeAnswer {
  readonly id: number
  readonly version?: string
  /** [batch, labels] */
  readonly logits?: Float32Array
  /** What went wrong, in the runtime's words. */
  readonly fault?: string
  /** The runtime did not start, which says nothing of the file. */
  readonly isStartFault?: boolean
}

type Answer = Omit<RuntimeAnswer, 'id'>
type Ort = Pick<typeof OnnxRuntime, 'env' | 'InferenceSession' | 'Tensor'>

/** The runtime fetches its WebAssembly with the first model, and says this when that fails. */
const NO_BACKEND = 'no available backend found'

/** Answers this worker's messages from now on. */
export function serveOnnxRuntime(ort: Ort, provider: CheckProvider): void {
  // More threads need a page that is cut off from other origins.
  ort.env.wasm.numThreads = 1
  ort.env.logLevel = 'error'
  const service = new OnnxRuntimeService(ort, provider)
  self.onmessage = async ({ data }: MessageEvent<RuntimeRequest>) => {
    const reply = (rest: Answer) => self.postMessage({ id: data.id, ...rest })
    try {
      reply(await service.answer(data))
    } catch (error) {
      const fault = error instanceof Error ? error.message : String(error)
      reply({ fault, isStartFault: fault.includes(NO_BACKEND) })
    }
  }
}

class OnnxRuntimeService {
  readonly #ort: Ort
  readonly #provider: CheckProvider
  #session: OnnxRuntime.InferenceSession | undefined

  constructor(ort: Ort, provider: CheckProvider) {
    this.#ort = ort
    this.#provider = provider
  }

  async answer(request: RuntimeRequest): Promise<Answer> {
    switch (request.kind) {
      case 'start':
        return { version: this.#ort.env.versions.web ?? '' }
      case 'open':
        this.#session = await this.#ort.InferenceSession.create(request.bytes, {
          executionProviders: [this.#provider],
          logSeverityLevel: 3,
        })
        return {}
      case 'run':
        return { logits: await this.#run(this.#session!, request.batch) }
      case 'close':
        await this.#session?.release()
        this.#session = undefined
        return {}
    }
  }

  async #run(opened: OnnxRuntime.InferenceSession, batch: RuntimeBatch): Promise<Float32Array> {
    const { Tensor } = this.#ort
    const logits = await logitsOf(opened, batch, (values, shape) => new Tensor('int64', values, shape))
    if (logits) return logits
    throw new Error(`the model has no F32 output logits: ${opened.outputNames}`)
  }
}
