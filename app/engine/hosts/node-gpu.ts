// The GPU in Node: npm's `webgpu` (Dawn) over the Vulkan driver that the environment names.
import { create } from 'webgpu'
import { type Gpu, requestGpu } from '../../../kernels/runtime/gpu.ts'

// Dawn crashes once the object that `create` returned is collected.
let dawn: GPU | undefined

/** @throws GpuError `no-adapter` */
export function openNodeGpu(): Promise<Gpu> {
  dawn ??= create([])
  return requestGpu(dawn)
}
