// Buffer pool with a byte ledger: it refuses before it allocates and reuses freed buffers by size.
import { GpuError } from './errors.ts'

/**
 * Bytes asked for and held now, the most ever held, and bytes by owner label. Freed buffers kept for reuse count in `idle`, and what is
 * left over in those that were given to smaller ones.
 */
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
/** A free buffer is given to whoever asks for at least this share of it. */
const MOST_OVERSIZE = 2
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
  /** Bytes of all buffers. */
  #allocated = 0
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
      idle: this.#allocated - this.#now,
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
    const buffer = this.#takeFree(size) ?? this.#create(size, owner)
    this.#live.set(buffer, { bytes: size, owner })
    this.#account(owner, size)
    return buffer
  }

  #create(size: number, owner: string): GPUBuffer {
    this.#makeRoom(size, owner)
    this.#allocated += size
    const buffer = this.#device.createBuffer({ label: owner, size, usage: STORAGE_USAGE })
    this.#ids.set(buffer, ++this.#lastId)
    return buffer
  }

  /**
   * The smallest one that is large enough and not much larger, so that batches of other lengths share buffers; of those the oldest, so
   * that steps that ask alike are given the same ones, in whatever order they came back.
   */
  #takeFree(size: number): GPUBuffer | undefined {
    let fitting = Number.POSITIVE_INFINITY
    for (const [bytes, list] of this.#free)
      if (list.length > 0 && bytes >= size && bytes <= MOST_OVERSIZE * size)
        fitting = Math.min(fitting, bytes)
    const list = this.#free.get(fitting)
    if (!list) return undefined
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
    const list = this.#free.get(buffer.size) ?? []
    list.push(buffer)
    // The size used last stands last, so that the first is the one to go.
    this.#free.delete(buffer.size)
    this.#free.set(buffer.size, list)
    this.#limitIdle()
  }

  /** Gives up all buffers kept for reuse; `sweep` destroys them. */
  trim(): void {
    for (const list of this.#free.values()) for (const buffer of list) this.#retire(buffer)
    this.#free.clear()
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
    this.#allocated = 0
  }

  /** Batches of every length leave buffers behind; without a limit they would pile up to the budget. */
  #limitIdle(): void {
    const most = IDLE_SHARE * this.#peak + IDLE_FREE
    for (const [bytes, list] of this.#free) {
      while (this.#allocated > most && list.length > 0) this.#retire(list.pop()!)
      if (list.length === 0) this.#free.delete(bytes)
      if (this.#allocated <= most) return
    }
  }

  #retire(buffer: GPUBuffer): void {
    this.#allocated -= buffer.size
    this.#retired.push(buffer)
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
    if (this.#allocated + size > this.#budget) this.trim()
    if (this.#allocated + size > this.#budget)
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
