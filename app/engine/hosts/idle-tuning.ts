// Tunes the kernels in the page while the engine has nothing else to do, and keeps what was found in IndexedDB.
import { get, set } from 'idb-keyval'
import { GpuError } from '../../../kernels/runtime/errors.ts'
import type { Gpu } from '../../../kernels/runtime/gpu.ts'
import { Tuner, type TuningStore } from '../tuning.ts'

/** So long nothing may have been asked for before a pair of forms is timed. */
const REST_MS = 1500
const KEPT_AS = 'tuning'

const store: TuningStore = { read: () => get(KEPT_AS), write: (text) => set(KEPT_AS, text) }

export class IdleTuning {
  readonly #gpu: Gpu
  readonly #takeTurn: (work: () => Promise<void>) => void
  #tuner: Tuner | undefined
  #timer: ReturnType<typeof setTimeout> | undefined
  #busy = 0

  /** @param takeTurn does work once all that was asked for before is done */
  constructor(gpu: Gpu, takeTurn: (work: () => Promise<void>) => void) {
    this.#gpu = gpu
    this.#takeTurn = takeTurn
  }

  /** Takes over what is known of this adapter, and finds out the rest when there is time. */
  async start(): Promise<void> {
    this.#tuner = await Tuner.open(this.#gpu, store, navigator.userAgent)
    this.#rest()
  }

  /** Does what was asked for; tuning waits until some time after it. */
  async during<T>(work: () => Promise<T>): Promise<T> {
    this.#busy += 1
    clearTimeout(this.#timer)
    try {
      return await work()
    } finally {
      this.#busy -= 1
      this.#rest()
    }
  }

  #rest(): void {
    clearTimeout(this.#timer)
    if (this.#busy > 0 || !this.#tuner || this.#tuner.isDone) return
    this.#timer = setTimeout(() => this.#takeTurn(() => this.#step()), REST_MS)
  }

  async #step(): Promise<void> {
    try {
      await this.#tuner?.step()
      this.#rest()
    } catch (error) {
      // The loss of the device is told by the host.
      if (!(error instanceof GpuError)) throw error
    }
  }
}
