// Buffer pool with a byte ledger: it refuses before it allocates and reuses freed buffers by size.
import { GpuError } from './errors.ts'

/** Bytes held now, the most ever held, and bytes by owner label. Freed buffers kept for reuse count in `idle`. */
export interface Ledger {
  readonly now: number
  readonly peak: number
  readonly idle: number
  readonly budget: number
  readonly byOwner: ReadonlyMap<string, number>
}

const ALIGNMENT = 256
/** Bytes held and kept for reuse together stay below this share of the peak, and some more that are always free to keep. */
const IDLE_SHARE = 1.5
const IDLE_FREE = 64e6
const STORAGE_USAGE = 0x80 | 0x04 | 0x08 // STORAGE | COPY_SRC | COPY_DST, as the WebGPU specification numbers them

/** Bytes of the buffer that holds `bytes`. */
export function bufferBytes(bytes: number): number {
  return Math.max(ALIGNMENT, Math.ceil(bytes / ALIGNMENT) * ALIGNMENT)
}

export class BufferPool {
  #device: GPUDevice
  #budget: number
  #now = 0
  #peak = 0
  #idle = 0
  #byOwner = new Map<string, number>()
  #free = new Map<number, GPUBuffer[]>()
  #retired: GPUBuffer[] = []
  #live = new Map<GPUBuffer, { bytes: number; owner: string }>()
  #watches = new Set<{ peak: number }>()
  #ids = new WeakMap<GPUBuffer, number>()
  #lastId = 0

  constructor(device: GPUDevice, budget: number) {
    this.#device = device
    this.#budget = budget
  }

  get ledger(): Ledger {
    return {
      now: this.#now,
      peak: this.#peak,
      idle: this.#idle,
      budget: this.#budget,
      byOwner: new Map(this.#byOwner),
    }
  }

  /** Measures the most bytes held from now on; the result ends the measurement and gives them. */
  watchPeak(): () => number {
    const watch = { peak: this.#now }
    this.#watches.add(watch)
    return () => {
      this.#watches.delete(watch)
      return watch.peak
    }
  }

  /**
   * A storage buffer of at least `bytes`, contents undefined when reused.
   * @throws GpuError `gpu-limit` above the adapter's binding limit, `gpu-memory` above the budget.
   */
  acquire(bytes: number, owner: string): GPUBuffer {
    const size = bufferBytes(bytes)
    this.#checkLimits(size, owner)
    const reused = this.#takeFree(size)
    if (reused) this.#idle -= size
    else this.#makeRoom(size, owner)
    const buffer = reused ?? this.#create(size, owner)
    this.#live.set(buffer, { bytes: size, owner })
    this.#account(owner, size)
    return buffer
  }

  #create(size: number, owner: string): GPUBuffer {
    const buffer = this.#device.createBuffer({ label: owner, size, usage: STORAGE_USAGE })
    this.#ids.set(buffer, ++this.#lastId)
    return buffer
  }

  /** The oldest one, so that steps that ask alike are given the same buffers, in whatever order those came back. */
  #takeFree(size: number): GPUBuffer | undefined {
    const list = this.#free.get(size)
    if (!list || list.length === 0) return undefined
    const oldest = list.reduce(
      (best, buffer, i) => (this.idOf(buffer) < this.idOf(list[best]!) ? i : best),
      0,
    )
    return list.splice(oldest, 1)[0]
  }

  /** Returns a buffer for reuse. Work already encoded keeps its order, so reuse is safe within one queue. */
  release(buffer: GPUBuffer): void {
    const entry = this.#live.get(buffer)
    if (!entry) throw new Error('internal: expected a live buffer to be released exactly once')
    this.#live.delete(buffer)
    this.#account(entry.owner, -entry.bytes)
    const list = this.#free.get(entry.bytes) ?? []
    list.push(buffer)
    // The size used last stands last, so that the first is the one to go.
    this.#free.delete(entry.bytes)
    this.#free.set(entry.bytes, list)
    this.#idle += entry.bytes
    this.#limitIdle()
  }

  /** Gives up all buffers kept for reuse; `sweep` destroys them. */
  trim(): void {
    for (const list of this.#free.values()) this.#retired.push(...list)
    this.#free.clear()
    this.#idle = 0
  }

  /**
   * Destroys buffers given up, once what was encoded with them is submitted: a submission must not name a destroyed buffer.
   * @returns whether there were any
   */
  sweep(): boolean {
    const retired = this.#retired.splice(0)
    for (const buffer of retired) buffer.destroy()
    return retired.length > 0
  }

  /** A number that no other buffer of the pool has; later ones have larger numbers. */
  idOf(buffer: GPUBuffer): number {
    return this.#ids.get(buffer)!
  }

  /** Destroys everything, live buffers too. */
  destroy(): void {
    this.trim()
    this.sweep()
    for (const buffer of this.#live.keys()) buffer.destroy()
    this.#live.clear()
    this.#byOwner.clear()
    this.#now = 0
  }

  /** Batches of every length leave buffers behind; without a limit they would pile up to the budget. */
  #limitIdle(): void {
    const most = IDLE_SHARE * this.#peak + IDLE_FREE
    for (const [bytes, list] of this.#free) {
      while (this.#now + this.#idle > most && list.length > 0) {
        this.#retired.push(list.pop()!)
        this.#idle -= bytes
      }
      if (list.length === 0) this.#free.delete(bytes)
      if (this.#now + this.#idle <= most) return
    }
  }

  #checkLimits(size: number, owner: string): void {
    const { maxStorageBufferBindingSize, maxBufferSize } = this.#device.limits
    const limit = Math.min(maxStorageBufferBindingSize, maxBufferSize)
    if (size > limit)
      throw new GpuError(
        'gpu-limit',
        `${owner} needs a buffer of ${size} bytes; this adapter allows ${limit} bytes.`,
      )
  }

  #makeRoom(size: number, owner: string): void {
    if (this.#now + this.#idle + size > this.#budget) this.trim()
    if (this.#now + size > this.#budget)
      throw new GpuError(
        'gpu-memory',
        `${owner} needs ${size} bytes more; ${this.#now} of the ${this.#budget} bytes allowed are in use.`,
      )
  }

  #account(owner: string, bytes: number): void {
    this.#now += bytes
    this.#peak = Math.max(this.#peak, this.#now)
    for (const watch of this.#watches) watch.peak = Math.max(watch.peak, this.#now)
    const left = (this.#byOwner.get(owner) ?? 0) + bytes
    if (left > 0) this.#byOwner.set(owner, left)
    else this.#byOwner.delete(owner)
  }
}
