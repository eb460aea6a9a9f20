// The device: limits, buffer pool, batching of dispatches by time, error scopes, device loss.
import { GpuError } from './errors.ts'
import { type CompiledKernel, compileKernel, type Grid, type Kernel, kernelKey } from './kernel.ts'
import { BufferPool } from './pool.ts'

export interface AdapterDescription {
  readonly vendor: string
  readonly architecture: string
  readonly description: string
  readonly fallback: boolean
}

/** Whether the adapter is a driver that computes on the processor: SwiftShader, llvmpipe and their like. */
export function runsOnCpu({ architecture, description, fallback }: AdapterDescription): boolean {
  return fallback || /swiftshader|llvmpipe|software/i.test(`${architecture} ${description}`)
}

/** Lanes that compute side by side and can read each other's values. */
export interface SubgroupSizes {
  readonly least: number
  readonly most: number
}

interface DeviceTraits {
  /** What the browser's WGSL offers beyond the first version. */
  readonly languageFeatures: ReadonlySet<string>
  /** Absent where the adapter or the browser has no subgroups. */
  readonly subgroupSizes?: SubgroupSizes | undefined
}

/** A place in a buffer; `offset` in bytes. */
interface Span {
  readonly buffer: GPUBuffer
  readonly offset: number
}

/** What one binding may read or write: `bytes` from a place on. */
interface BoundSpan extends Span {
  readonly bytes: number
}

interface Dispatch {
  readonly kernel: Kernel
  readonly buffers: BoundSpan[]
  readonly params: Uint32Array<ArrayBuffer>
  readonly grid: Grid
  readonly work: number
}

/** A submission is closed when its estimated time passes this. */
const SUBMISSION_MS = 40
/** Submissions that may be under way before the caller of `pace` waits. */
const IN_FLIGHT = 2
/** First guesses of operations per millisecond, before any submission was timed: a slow CPU adapter, a slow graphics card. */
const FIRST_RATE_ON_CPU = 1_000_000
const FIRST_RATE = 50_000_000
/** Submissions are timed together until they took so long; the clock of browsers and a round trip are lost in it. */
const TIMED_MS = 1
/** Submissions reported within this time of each other were reported together. */
const AT_ONCE_MS = 0.1
/** Bind groups kept of one kernel; batches of another length bind other parts of buffers. */
const MOST_GROUPS = 4096
const UNIFORM_SLOT = 256
const UNIFORM_SLOTS = 1024
const UNIFORM_USAGE = 0x40 | 0x08 // UNIFORM | COPY_DST
const READ_USAGE = 0x01 | 0x08 // MAP_READ | COPY_DST

export class Gpu {
  readonly device: GPUDevice
  readonly adapter: AdapterDescription
  readonly pool: BufferPool
  readonly languageFeatures: ReadonlySet<string>
  readonly subgroupSizes: SubgroupSizes | undefined
  /** The form of a kernel that was measured to be the fastest here, by what it is for. What is missing takes its default. */
  readonly choices = new Map<string, string>()
  #compiled = new Map<string, CompiledKernel>()
  #uniforms: GPUBuffer
  #uniformWords = new Uint32Array((UNIFORM_SLOT / 4) * UNIFORM_SLOTS)
  #slots = 0
  #encoder: GPUCommandEncoder | undefined
  #pass: GPUComputePassEncoder | undefined
  #work = 0
  #rate: number
  /** Submissions since the rate was last worked out. */
  #timed = { work: 0, ms: 0 }
  #lastDone = 0
  #inFlight: Promise<void>[] = []
  #lost: GpuError | undefined
  /** Why a submission was never reported as done; the next call throws it, since nobody may be waiting for the submission itself. */
  #unreported: { readonly error: unknown } | undefined
  readonly #watches = new Set<number[]>()

  constructor(
    device: GPUDevice,
    adapter: AdapterDescription,
    { budget, languageFeatures, subgroupSizes }: DeviceTraits & { budget: number },
  ) {
    this.device = device
    this.adapter = adapter
    this.#rate = runsOnCpu(adapter) ? FIRST_RATE_ON_CPU : FIRST_RATE
    this.languageFeatures = languageFeatures
    this.subgroupSizes = subgroupSizes
    this.pool = new BufferPool(device, budget)
    this.#uniforms = device.createBuffer({
      label: 'uniforms',
      size: UNIFORM_SLOT * UNIFORM_SLOTS,
      usage: UNIFORM_USAGE,
    })
    device.lost.then((info) => {
      this.#lost = new GpuError('device-lost', `The GPU device was lost (${info.reason}): ${info.message}`)
    })
  }

  /** Operations per millisecond that recent submissions reached. */
  get rate(): number {
    return this.#rate
  }

  /** Notes how long submissions take from now on. @returns ends it: milliseconds of each, in their order */
  watchSubmissions(): () => readonly number[] {
    const watch: number[] = []
    this.#watches.add(watch)
    return () => {
      this.#watches.delete(watch)
      return watch
    }
  }

  /** Adds a dispatch to the submission being built. Use `launch`. */
  dispatch({ kernel, buffers, params, grid, work }: Dispatch): void {
    this.#throwIfLost()
    const compiled = this.#compile(kernel)
    const offset = this.#slots * UNIFORM_SLOT
    this.#uniformWords.set(params, offset / 4)
    this.#slots += 1
    const group = this.#bindGroup(compiled, buffers, params.byteLength)
    const pass = this.#openPass()
    pass.setPipeline(compiled.pipeline)
    pass.setBindGroup(0, group, [offset])
    pass.dispatchWorkgroups(...grid)
    this.#work += work
    if (this.#slots === UNIFORM_SLOTS || this.#work >= this.#rate * SUBMISSION_MS) this.flush()
  }

  /** Operations that fit one submission at the measured rate; launchers split larger dispatches by it. */
  get operationsPerSubmission(): number {
    return this.#rate * SUBMISSION_MS
  }

  copy(from: Span, to: Span, bytes: number): void {
    this.#closePass().copyBufferToBuffer(from.buffer, from.offset, to.buffer, to.offset, bytes)
  }

  clear(buffer: GPUBuffer, offset: number, bytes: number): void {
    this.#closePass().clearBuffer(buffer, offset, bytes)
  }

  /** Submits what was encoded. */
  flush(): void {
    if (this.#encoder) this.#submit()
    if (this.pool.sweep()) for (const { groups } of this.#compiled.values()) groups.clear()
  }

  #submit(): void {
    this.#throwIfLost()
    const encoder = this.#closePass()
    if (this.#slots > 0)
      this.device.queue.writeBuffer(
        this.#uniforms,
        0,
        this.#uniformWords,
        0,
        (this.#slots * UNIFORM_SLOT) / 4,
      )
    this.device.queue.submit([encoder.finish()])
    this.#inFlight.push(this.#timeSubmission(this.#work))
    this.#encoder = undefined
    this.#slots = 0
    this.#work = 0
  }

  /** Waits until few enough submissions are under way, so that memory and cancel latency stay bounded. */
  async pace(): Promise<void> {
    while (this.#inFlight.length > IN_FLIGHT) await this.#inFlight.shift()
    this.#throwIfLost()
  }

  /** Submits and waits for all work. */
  async finish(): Promise<void> {
    this.flush()
    await Promise.all(this.#inFlight)
    this.#inFlight = []
    this.#throwIfLost()
  }

  /**
   * Runs one step inside error scopes; what the step launches is submitted before it returns.
   * @throws GpuError `gpu-memory` or `gpu-invalid` when the device reports an error, `device-lost` when it is gone.
   */
  async scope<T>(step: () => T | Promise<T>): Promise<T> {
    this.flush()
    for (const filter of ['internal', 'validation', 'out-of-memory'] as const)
      this.device.pushErrorScope(filter)
    let popped: Promise<(GPUError | null)[]> | undefined
    const pop = () => {
      popped ??= Promise.all([1, 2, 3].map(() => this.device.popErrorScope()))
      return popped
    }
    try {
      const result = await step()
      this.flush()
      const [memory, validation, internal] = await pop()
      if (memory) throw new GpuError('gpu-memory', `The GPU is out of memory: ${memory.message}`)
      const invalid = validation ?? internal
      if (invalid) throw new GpuError('gpu-invalid', `The GPU refused a command: ${invalid.message}`)
      await this.pace()
      return result
    } finally {
      await pop().catch(() => this.#throwIfLost())
    }
  }

  /** Bytes of a buffer, after all work launched before. */
  async readBytes(from: Span, bytes: number): Promise<ArrayBuffer> {
    const staging = this.device.createBuffer({ label: 'readback', size: bytes, usage: READ_USAGE })
    try {
      this.copy(from, { buffer: staging, offset: 0 }, bytes)
      this.flush()
      await staging.mapAsync(1)
      return staging.getMappedRange().slice(0)
    } catch (error) {
      this.#throwIfLost()
      throw error
    } finally {
      staging.destroy()
    }
  }

  destroy(): void {
    this.pool.destroy()
    this.#uniforms.destroy()
    this.device.destroy()
  }

  #compile(kernel: Kernel): CompiledKernel {
    const key = kernelKey(kernel)
    const compiled = this.#compiled.get(key) ?? compileKernel(this.device, kernel)
    this.#compiled.set(key, compiled)
    return compiled
  }

  /** Steps of one shape bind the same buffers in the same order, since the pool hands them out again; so groups are made once. */
  #bindGroup(
    { layout, groups }: CompiledKernel,
    spans: readonly BoundSpan[],
    paramsBytes: number,
  ): GPUBindGroup {
    const key = spans
      .map(({ buffer, offset, bytes }) => `${this.pool.idOf(buffer)}+${offset}:${bytes}`)
      .join()
    const known = groups.get(key)
    if (known) return known
    const uniform = { buffer: this.#uniforms, offset: 0, size: paramsBytes }
    const entries = [...spans.map(({ buffer, offset, bytes: size }) => ({ buffer, offset, size })), uniform]
    const group = this.device.createBindGroup({
      label: layout.label,
      layout,
      entries: entries.map((resource, binding) => ({ binding, resource })),
    })
    if (groups.size === MOST_GROUPS) groups.clear()
    groups.set(key, group)
    return group
  }

  #openPass(): GPUComputePassEncoder {
    this.#encoder ??= this.device.createCommandEncoder()
    this.#pass ??= this.#encoder.beginComputePass()
    return this.#pass
  }

  #closePass(): GPUCommandEncoder {
    this.#encoder ??= this.device.createCommandEncoder()
    this.#pass?.end()
    this.#pass = undefined
    return this.#encoder
  }

  async #timeSubmission(work: number): Promise<void> {
    const submitted = performance.now()
    try {
      await this.device.queue.onSubmittedWorkDone()
    } catch (error) {
      this.#unreported = { error }
      return
    }
    const done = performance.now()
    const took = done - Math.max(submitted, this.#lastDone)
    this.#lastDone = done
    for (const watch of this.#watches) watch.push(took)
    this.#learnRate(work, took)
  }

  /**
   * Fast adapters are done in less time than can be measured, so times are added up; and what drivers report together, of which all but
   * the first seem to take no time, is counted together.
   */
  #learnRate(work: number, took: number): void {
    const { work: done, ms } = this.#timed
    if (ms > TIMED_MS && took > AT_ONCE_MS) {
      if (done > this.#rate) this.#rate += 0.2 * (done / ms - this.#rate)
      this.#timed = { work: 0, ms: 0 }
    }
    this.#timed.work += work
    this.#timed.ms += took
  }

  #throwIfLost(): void {
    if (this.#lost) throw this.#lost
    const unreported = this.#unreported
    this.#unreported = undefined
    if (unreported) throw unreported.error
  }
}

/** Byte budget of the pool when the caller names none: WebGPU does not tell how much memory an adapter has. */
const DEFAULT_BUDGET_BYTES = 8e9

/**
 * Opens the adapter with the limits it offers.
 * @throws GpuError `no-webgpu` without the API, `no-adapter` when the browser or driver offers none.
 */
export async function requestGpu(api: GPU | undefined, options: { budget?: number } = {}): Promise<Gpu> {
  if (!api) throw new GpuError('no-webgpu', 'This browser has no WebGPU.')
  const adapter = await api.requestAdapter({ powerPreference: 'high-performance' })
  if (!adapter) throw new GpuError('no-adapter', 'WebGPU is here, but it offers no graphics adapter.')
  const wanted = [
    'maxBufferSize',
    'maxStorageBufferBindingSize',
    'maxStorageBuffersPerShaderStage',
    'maxComputeInvocationsPerWorkgroup',
    'maxComputeWorkgroupStorageSize',
  ] as const
  const requiredLimits = Object.fromEntries(wanted.map((name) => [name, adapter.limits[name]]))
  const subgroupSizes = subgroupSizesOf(adapter)
  const requiredFeatures: GPUFeatureName[] = subgroupSizes ? ['subgroups'] : []
  const device = await adapter.requestDevice({ requiredLimits, requiredFeatures })
  const { vendor, architecture, description } = adapter.info
  const fallback = adapter.info.isFallbackAdapter ?? false
  return new Gpu(
    device,
    { vendor, architecture, description, fallback },
    {
      budget: options.budget ?? DEFAULT_BUDGET_BYTES,
      languageFeatures: new Set(api.wgslLanguageFeatures ?? []),
      subgroupSizes,
    },
  )
}

function subgroupSizesOf({ features, info }: GPUAdapter): SubgroupSizes | undefined {
  const { subgroupMinSize: least, subgroupMaxSize: most } = info
  return features.has('subgroups') && least && most ? { least, most } : undefined
}
