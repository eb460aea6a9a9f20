// Kernels as data: bindings, parameters and grid of a WGSL file, and the launcher that dispatches them.
import { assert } from './errors.ts'
import type { Gpu } from './gpu.ts'
import { bufferBytes } from './pool.ts'
import { type Tensor, tensorBytes } from './tensor.ts'

export type Access = 'read' | 'write'
export type ParamType = 'u32' | 'i32' | 'f32'
export type Grid = readonly [x: number, y: number, z: number]
type Bindings = Record<string, Access>
type Params = Record<string, ParamType>
export type ParamValues<P extends Params> = { [K in keyof P]: number }

export interface KernelDefinition<B extends Bindings, P extends Params> {
  /** `<folder>/<file>` below `kernels/`, without the ending. */
  readonly name: string
  /** WGSL source, self-contained once `libraries` are appended. */
  readonly source: string
  readonly libraries?: readonly string[]
  /** What the adapter must offer beyond WGSL's core. */
  readonly enables?: 'subgroups'
  /** In binding order; the uniform `params` follows as the last binding. `write` is read_write storage. */
  readonly bindings: B
  /** In the order of `struct Params`. */
  readonly params: P
  /** Values of `override` constants. */
  readonly constants?: Record<string, number>
  /** Rewrites of `const NAME = …;` lines (register tiles, which `override` cannot size). */
  readonly rewrites?: Record<string, number>
  /** Workgroups to dispatch. */
  readonly grid: (params: ParamValues<P>) => Grid
  /** Elementary operations of one launch, so that submissions can be sized by time. */
  readonly work: (params: ParamValues<P>) => number
}

export type Kernel<B extends Bindings = Bindings, P extends Params = Params> = KernelDefinition<B, P>

export interface CompiledKernel {
  readonly pipeline: GPUComputePipeline
  readonly layout: GPUBindGroupLayout
  /** Made so far, by the buffers they bind. */
  readonly groups: Map<string, GPUBindGroup>
}

/** Checks the definition's types and returns it. */
export function defineKernel<const B extends Bindings, const P extends Params>(
  definition: KernelDefinition<B, P>,
): KernelDefinition<B, P> {
  return definition
}

/** Final WGSL text: what it enables, `const` rewrites applied, libraries appended. */
export function kernelSource(
  kernel: Pick<Kernel, 'name' | 'source' | 'libraries' | 'enables' | 'rewrites'>,
): string {
  let source = kernel.enables ? `enable ${kernel.enables};\n${kernel.source}` : kernel.source
  for (const [name, value] of Object.entries(kernel.rewrites ?? {})) {
    const pattern = new RegExp(`const ${name} = \\d+u;`)
    assert(pattern.test(source), `a line "const ${name} = …u;" in ${kernel.name}`)
    source = source.replace(pattern, `const ${name} = ${value}u;`)
  }
  return [source, ...(kernel.libraries ?? [])].join('\n')
}

/** Cache key: everything that changes the compiled pipeline. */
export function kernelKey({
  name,
  enables,
  constants,
  rewrites,
}: Pick<Kernel, 'name' | 'enables' | 'constants' | 'rewrites'>): string {
  return JSON.stringify([name, enables, constants ?? {}, rewrites ?? {}])
}

export function compileKernel(device: GPUDevice, kernel: Kernel): CompiledKernel {
  const COMPUTE_STAGE = 4
  const accesses = Object.values(kernel.bindings)
  const layout = device.createBindGroupLayout({
    label: kernel.name,
    entries: [
      ...accesses.map((access, binding) => ({
        binding,
        visibility: COMPUTE_STAGE,
        buffer: { type: access === 'read' ? ('read-only-storage' as const) : ('storage' as const) },
      })),
      {
        binding: accesses.length,
        visibility: COMPUTE_STAGE,
        buffer: { type: 'uniform' as const, hasDynamicOffset: true, minBindingSize: paramsBytes(kernel) },
      },
    ],
  })
  const pipeline = device.createComputePipeline({
    label: kernel.name,
    layout: device.createPipelineLayout({ label: kernel.name, bindGroupLayouts: [layout] }),
    compute: {
      module: device.createShaderModule({ label: kernel.name, code: kernelSource(kernel) }),
      entryPoint: 'main',
      constants: kernel.constants ?? {},
    },
  })
  return { pipeline, layout, groups: new Map() }
}

/** Bytes of `struct Params` (4-byte scalars only), rounded to the 16 bytes a uniform block needs. */
export function paramsBytes(kernel: Pick<Kernel, 'params'>): number {
  return Math.max(16, Math.ceil((Object.keys(kernel.params).length * 4) / 16) * 16)
}

function packParams(kernel: Kernel, values: Record<string, number>): Uint32Array<ArrayBuffer> {
  const words = new ArrayBuffer(paramsBytes(kernel))
  const view = new DataView(words)
  Object.entries(kernel.params).forEach(([name, type], index) => {
    const value = values[name]
    assert(value !== undefined, `a value for parameter ${name} of ${kernel.name}`)
    if (type === 'f32') view.setFloat32(index * 4, value, true)
    else if (type === 'i32') view.setInt32(index * 4, value, true)
    else view.setUint32(index * 4, value, true)
  })
  return new Uint32Array(words)
}

/** A tensor up to where another one may begin: tensors of one buffer can be bound and written beside each other. */
function boundSpan(tensor: Tensor) {
  const { buffer, offset } = tensor
  return { buffer, offset, bytes: bufferBytes(tensorBytes(tensor)) }
}

/**
 * Encodes one dispatch; `Gpu` submits it together with others. Two bindings must not name one buffer when one
 * of them reads and the other writes, nor overlap when both write.
 * A grid with a zero dispatches nothing.
 */
export function launch<B extends Bindings, P extends Params>(
  gpu: Gpu,
  kernel: KernelDefinition<B, P>,
  tensors: { [K in keyof B]: Tensor },
  params: ParamValues<P>,
): void {
  const [x, y, z] = kernel.grid(params)
  if (x === 0 || y === 0 || z === 0) return
  const limit = gpu.device.limits.maxComputeWorkgroupsPerDimension
  assert(
    x <= limit && y <= limit && z <= limit,
    `a grid of ${kernel.name} within ${limit}, got ${x},${y},${z}`,
  )
  const plain = kernel as unknown as Kernel
  gpu.dispatch({
    kernel: plain,
    buffers: Object.keys(kernel.bindings).map((name) => boundSpan(tensors[name]!)),
    params: packParams(plain, params),
    grid: [x, y, z],
    work: kernel.work(params),
  })
}

/**
 * Folds a linear count of workgroups over 65,535 into two dimensions. The shader recovers the linear index as
 * `workgroup_id.y * num_workgroups.x + workgroup_id.x` and must test it against its own bound.
 */
export function foldGrid(groups: number): Grid {
  if (groups <= 65535) return [groups, 1, 1]
  const rows = Math.ceil(groups / 65535)
  return [Math.ceil(groups / rows), rows, 1]
}
