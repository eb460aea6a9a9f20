// The GPU in Node: npm's `webgpu` (Dawn) over the Vulkan driver that the environment names.
import { GpuError } from '../../../kernels/runtime/errors.ts'
import { type Gpu, requestGpu } from '../../../kernels/runtime/gpu.ts'
import { createDawn } from '../../../kernels/runtime/node-dawn.ts'

const opened: Gpu[] = []

/** @throws GpuError `no-adapter` */
export async function openNodeGpu(): Promise<Gpu> {
  const gpu = await requestGpu(createDawn())
  opened.push(gpu)
  return gpu
}

/**
 * Waits for the work under way and destroys the devices. A process that exits before may crash: drivers that compute on threads of
 * their own still run while the process is torn down (SwiftShader: 1 of 30 cancelled runs ended in a segmentation fault).
 */
export async function closeNodeGpu(): Promise<void> {
  for (const gpu of opened.splice(0))
    try {
      await gpu.finish()
      gpu.destroy()
    } catch (error) {
      // A lost device has no work left, and nothing to destroy.
      if (!(error instanceof GpuError)) throw error
    }
}
