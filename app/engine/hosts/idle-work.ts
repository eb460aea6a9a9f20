// What the engine does in the page while nothing is asked of it: the rest of the self-test, then tuning.
import { GpuError } from '../../../kernels/runtime/errors.ts'

/** Work in small steps that can wait. */
export interface IdleJob {
  readonly isDone: boolean
  /** So long nothing may have been asked for before a step. */
  readonly restMs: number
  step(): Promise<void>
}

export class IdleWork {
  readonly #takeTurn: (work: () => Promise<void>) => void
  readonly #jobs: IdleJob[] = []
  #timer: ReturnType<typeof setTimeout> | undefined
  #busy = 0

  /** @param takeTurn does work once all that was asked for before is done */
  constructor(takeTurn: (work: () => Promise<void>) => void) {
    this.#takeTurn = takeTurn
  }

  /** Adds what is to be done after the jobs before it. */
  add(job: IdleJob): void {
    this.#jobs.push(job)
    this.#rest()
  }

  /** Does what was asked for; idle work waits until some time after it. */
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
    const job = this.#jobs.find(({ isDone }) => !isDone)
    if (this.#busy > 0 || !job) return
    this.#timer = setTimeout(() => this.#takeTurn(() => this.#step(job)), job.restMs)
  }

  async #step(job: IdleJob): Promise<void> {
    try {
      await job.step()
      this.#rest()
    } catch (error) {
      // The loss of the device is told by the host.
      if (!(error instanceof GpuError)) throw error
    }
  }
}
