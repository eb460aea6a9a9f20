// Gives Node what rivals expect of a browser when their modules are first run: `navigator.gpu` and WebGPU's classes. Imported first.
import { availableParallelism } from 'node:os'
import { globals } from 'webgpu'
import { createDawn } from '../../runtime/node-dawn.ts'

export const gpu = createDawn()

Object.assign(globalThis, globals)
// Node 21 has a `navigator` of its own, without `gpu`.
Object.defineProperty(globalThis, 'navigator', {
  configurable: true,
  value: { gpu, hardwareConcurrency: availableParallelism(), userAgent: `Node.js/${process.versions.node}` },
})

const { GPUQueue } = globals as typeof globalThis
const { writeBuffer } = GPUQueue.prototype

/** Browsers take shared memory here, which WebAssembly's is; Dawn in Node refuses it, so it is copied first. */
GPUQueue.prototype.writeBuffer = function (this: GPUQueue, buffer, bufferOffset, data, from, size) {
  const memory = ArrayBuffer.isView(data) ? data.buffer : data
  const isShared = memory instanceof SharedArrayBuffer
  const own = isShared ? (data as Uint8Array<SharedArrayBuffer>).slice() : data
  writeBuffer.call(this, buffer, bufferOffset, own as GPUAllowSharedBufferSource, from, size)
}
