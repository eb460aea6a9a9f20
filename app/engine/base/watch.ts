// How a long piece of work reports progress, pauses and is cancelled.
import { StudioError } from './errors.ts'

/** Handed to everything that takes long. */
export interface Watch {
  /** Waits while paused. @throws StudioError `cancelled` once the work was cancelled. */
  checkpoint(): Promise<void>
  progress(done: number, total: number, unit: string): void
}

/** Pause and cancel switches of one run. */
export class RunControl {
  #cancelled = false
  #paused: { promise: Promise<void>; release: () => void } | undefined

  get isCancelled(): boolean {
    return this.#cancelled
  }

  get isPaused(): boolean {
    return this.#paused !== undefined
  }

  pause(): void {
    if (this.#paused || this.#cancelled) return
    let release = () => {}
    const promise = new Promise<void>((resolve) => {
      release = resolve
    })
    this.#paused = { promise, release }
  }

  resume(): void {
    this.#paused?.release()
    this.#paused = undefined
  }

  cancel(): void {
    this.#cancelled = true
    this.resume()
  }

  async checkpoint(): Promise<void> {
    if (this.#paused) await this.#paused.promise
    if (this.#cancelled) throw new StudioError('cancelled', 'Cancelled.')
  }
}

/** A watch that neither reports nor stops. */
export const UNWATCHED: Watch = { checkpoint: async () => {}, progress: () => {} }
