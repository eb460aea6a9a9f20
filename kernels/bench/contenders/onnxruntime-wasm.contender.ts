// ONNX Runtime Web on the CPU: WebAssembly with SIMD, and as many threads as the machine has processors.
import type { BenchHost, Contender } from '../contender.ts'
import { type OnnxRuntime, onnxTask, prepareOnnx, type TensorPlace, withWasm } from './onnxruntime.ts'
import { loadOnnxRuntime } from './onnxruntime-webgpu.contender.ts'

async function inMemory({ Tensor }: OnnxRuntime): Promise<TensorPlace> {
  return {
    input: ({ type, data, shape }) =>
      type === 'float32'
        ? new Tensor('float32', data as Float32Array, [...shape])
        : new Tensor('int64', data as BigInt64Array, [...shape]),
    output: () => undefined,
    wait: async () => undefined,
    read: async ({ data }) => data as Float32Array,
    release: (tensor) => tensor.dispose(),
  }
}

/**
 * The build for the CPU, with threads where the page may share memory. In Node a second build beside the one for WebGPU was seen to
 * hang (npm's webgpu 0.6.2, onnxruntime-web 1.30.0), so that one's own CPU kernels are used there, on one thread.
 */
async function load(host: BenchHost): Promise<OnnxRuntime> {
  if (!('document' in globalThis)) return loadOnnxRuntime(host)
  const threads = globalThis.crossOriginIsolated ? navigator.hardwareConcurrency : 1
  return withWasm(host, await import('onnxruntime-web/wasm'), '', threads)
}

const wasm: Contender = {
  id: 'ORT wasm',
  package: 'onnxruntime-web',
  on: 'cpu',
  async start(host) {
    const runtime = await load(host)
    return {
      async prepare(task) {
        const made = await onnxTask(task, { accuracy: 4, attention: 'fused' })
        return made && prepareOnnx(runtime, made, inMemory, 'wasm')
      },
    }
  },
}

export default wasm
