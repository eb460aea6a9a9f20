// ONNX Runtime Web on WebGPU, inputs and outputs in GPU buffers.
import type { Tensor } from 'onnxruntime-common'
import type { BenchHost, Contender } from '../contender.ts'
import {
  type OnnxForms,
  type OnnxRuntime,
  onnxTask,
  prepareOnnx,
  type TensorPlace,
  withWasm,
} from './onnxruntime.ts'

/** STORAGE | COPY_SRC | COPY_DST and MAP_READ | COPY_DST, as the WebGPU specification numbers them. */
const STORAGE_USAGE = 0x80 | 0x04 | 0x08
const READ_USAGE = 0x01 | 0x08

const paddedBytes = (bytes: number) => Math.ceil(bytes / 16) * 16

let loaded: Promise<OnnxRuntime> | undefined

/** Contenders on WebGPU share one runtime, and so its device. */
export function loadOnnxRuntime(host: BenchHost): Promise<OnnxRuntime> {
  loaded ??= import('onnxruntime-web/webgpu').then((runtime) => withWasm(host, runtime, '.asyncify', 1))
  return loaded
}

async function onDevice({ env, Tensor }: OnnxRuntime): Promise<TensorPlace> {
  const device = (await env.webgpu.device) as GPUDevice
  const buffer = (bytes: number) => device.createBuffer({ size: paddedBytes(bytes), usage: STORAGE_USAGE })
  return {
    input({ type, data, shape }) {
      const held = buffer(data.byteLength)
      device.queue.writeBuffer(held, 0, data)
      return Tensor.fromGpuBuffer(held, { dataType: type, dims: [...shape] })
    },
    output(shape) {
      const bytes = 4 * shape.reduce((product, size) => product * size, 1)
      return Tensor.fromGpuBuffer(buffer(bytes), { dataType: 'float32', dims: [...shape] })
    },
    wait: () => device.queue.onSubmittedWorkDone().then(() => undefined),
    read: (output) => readBack(device, output),
    release: (tensor) => (tensor.gpuBuffer as GPUBuffer).destroy(),
  }
}

async function readBack(device: GPUDevice, { gpuBuffer, size }: Tensor): Promise<Float32Array> {
  const bytes = paddedBytes(4 * size)
  const staging = device.createBuffer({ size: bytes, usage: READ_USAGE })
  const encoder = device.createCommandEncoder()
  encoder.copyBufferToBuffer(gpuBuffer as GPUBuffer, 0, staging, 0, bytes)
  device.queue.submit([encoder.finish()])
  await staging.mapAsync(1)
  const values = new Float32Array(staging.getMappedRange().slice(0)).subarray(0, size)
  staging.destroy()
  return values
}

/** @param kinds what it takes part in; everything by default */
export function onnxRuntimeOnGpu(id: string, forms: OnnxForms, kinds?: readonly string[]): Contender {
  return {
    id,
    package: 'onnxruntime-web',
    on: 'gpu',
    async start(host) {
      const runtime = await loadOnnxRuntime(host)
      return {
        async prepare(task) {
          if (kinds && !kinds.includes(task.kind)) return undefined
          const made = await onnxTask(task, forms)
          return made && prepareOnnx(runtime, made, onDevice, 'webgpu')
        },
      }
    },
  }
}

export default onnxRuntimeOnGpu('ORT webgpu', { accuracy: 0, attention: 'composed' })
