// ONNX Runtime in a worker of its own, since only this script's response lets WebAssembly be compiled. One model at a time.
import { env, InferenceSession, Tensor } from 'onnxruntime-web/wasm'
import type { RuntimeBatch } from '../exports/verify.ts'
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

// More threads need a page that is cut off from other origins.
env.wasm.numThreads = 1
env.logLevel = 'error'

/** The runtime fetches its WebAssembly with the first model, and says this when that fails. */
const NO_BACKEND = 'no available backend found'

let session: InferenceSession | undefined

async function answer(request: RuntimeRequest): Promise<Omit<RuntimeAnswer, 'id'>> {
  switch (request.kind) {
    case 'start':
      return { version: env.versions.web ?? '' }
    case 'open':
      session = await InferenceSession.create(request.bytes, {
        executionProviders: ['wasm'],
        logSeverityLevel: 3,
      })
      return {}
    case 'run':
      return { logits: await run(session!, request.batch) }
    case 'close':
      await session?.release()
      session = undefined
      return {}
  }
}

async function run(opened: InferenceSession, batch: RuntimeBatch): Promise<Float32Array> {
  const logits = await logitsOf(opened, batch, (values, shape) => new Tensor('int64', values, shape))
  if (logits) return logits
  throw new Error(`the model has no F32 output logits: ${opened.outputNames}`)
}

self.onmessage = async ({ data }: MessageEvent<RuntimeRequest>) => {
  const reply = (rest: Omit<RuntimeAnswer, 'id'>) => self.postMessage({ id: data.id, ...rest })
  try {
    reply(await answer(data))
  } catch (error) {
    const fault = error instanceof Error ? error.message : String(error)
    reply({ fault, isStartFault: fault.includes(NO_BACKEND) })
  }
}
