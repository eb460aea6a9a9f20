// The page's runtimes for exported files: ONNX Runtime on wasm (one thread) or WebGPU, in a worker started for the check.
import { StudioError } from '../base/errors.ts'
import type { InferenceRuntime } from '../exports/verify.ts'
import type { CheckProvider } from '../protocol.ts'
import type { RuntimeAnswer, RuntimeRequest } from './onnxruntime-service.ts'

export interface StartedRuntime extends InferenceRuntime {
  /** Ends the worker and frees what it holds. */
  close(): void
}

/** What a request says, without the number that its answer is told by. */
type Message = RuntimeRequest extends infer R ? (R extends unknown ? Omit<R, 'id'> : never) : never

/** Scripts of their own: that for WebGPU brings twice as much WebAssembly. */
const WORKERS: Readonly<Record<CheckProvider, () => Worker>> = {
  wasm: () => new Worker(new URL('./onnxruntime-wasm-worker.ts', import.meta.url), { type: 'module' }),
  webgpu: () => new Worker(new URL('./onnxruntime-webgpu-worker.ts', import.meta.url), { type: 'module' }),
}

/** Loads the runtime. @throws StudioError `network` when its script does not load */
export async function startOnnxRuntimeWeb(provider: CheckProvider): Promise<StartedRuntime> {
  const calls = new Calls(WORKERS[provider]())
  const { version } = await calls.ask({ kind: 'start' })
  return {
    name: `onnxruntime-web ${version}, ${provider}`,
    async open(bytes) {
      await calls.ask({ kind: 'open', bytes })
      return {
        run: async (batch) => (await calls.ask({ kind: 'run', batch })).logits!,
        close: async () => {
          await calls.ask({ kind: 'close' })
        },
      }
    },
    close: () => calls.close(),
  }
}

interface Waiting {
  readonly resolve: (answer: RuntimeAnswer) => void
  readonly reject: (error: StudioError) => void
}

/** Questions to the worker, and who waits for their answers. */
class Calls {
  readonly #worker: Worker
  readonly #waiting = new Map<number, Waiting>()
  #count = 0

  constructor(worker: Worker) {
    this.#worker = worker
    this.#worker.onmessage = ({ data }: MessageEvent<RuntimeAnswer>) => this.#settle(data)
    this.#worker.onerror = ({ message }) => {
      const reason = message || 'its script did not load'
      const error = new StudioError('network', `ONNX Runtime could not be started: ${reason}.`)
      for (const { reject } of this.#waiting.values()) reject(error)
      this.#waiting.clear()
    }
  }

  ask(message: Message): Promise<RuntimeAnswer> {
    const id = this.#count++
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject })
      this.#worker.postMessage({ id, ...message })
    })
  }

  #settle(answer: RuntimeAnswer): void {
    const waiting = this.#waiting.get(answer.id)
    this.#waiting.delete(answer.id)
    if (answer.fault === undefined) waiting?.resolve(answer)
    else waiting?.reject(faultOf(answer.fault, answer.isStartFault ?? false))
  }

  close(): void {
    this.#worker.terminate()
  }
}

function faultOf(fault: string, isStartFault: boolean): StudioError {
  return isStartFault
    ? new StudioError('network', 'ONNX Runtime could not be started: its WebAssembly did not load.')
    : new StudioError('export-mismatch', `ONNX Runtime does not run the exported file: ${fault}`)
}
