// How a long piece of work reports progress, pauses and is cancelled.
import { StudioError } from './errors.ts'

/** Handed to everything that takes long. */
export interface Watch {
  /** Waits while paused. @throws StudioError `cancelled` once the work was cancelled. */
  checkpoint(): Promise<void>
  /** @param work what was computed so far, where it is counted */
  progress(done: number, total: number, unit: string, work?: Work): void
}

/** What a training has computed since it started or resumed. */
export interface Work {
  /** Of the texts, padding not counted. */
  readonly tokens: number
  /** Operations of the matrix products, on padding too. */
  readonly flops: number
  /** Time that the steps took: no validating, saving or pausing. */
  readonly seconds: number
  /** Share of the positions of the present epoch that is padding, 0–1. */
  readonly paddingShare: number
  /** FLOP/s that the adapter does at most, as measured. */
  readonly roof?: number
}

/** Pause, step and cancel switches of one run. */
export class RunControl {
  #cancelled = false
  /** Checkpoints that may still be passed while paused. */
  #steps = 0
  #paused: Gate | undefined

  get isCancelled(): boolean {
    return this.#cancelled
  }

  get isPaused(): boolean {
    return this.#paused !== undefined
  }

  pause(): void {
    if (this.#paused || this.#cancelled) return
    this.#paused = createGate()
  }

  /** While paused, lets the work pass one checkpoint: it takes one training step, or one batch, and waits again. Otherwise does nothing. */
  step(): void {
    if (!this.#paused) return
    this.#steps += 1
    const { open } = this.#paused
    this.#paused = createGate()
    open()
  }

  resume(): void {
    this.#steps = 0
    this.#paused?.open()
    this.#paused = undefined
  }

  cancel(): void {
    this.#cancelled = true
    this.resume()
  }

  async checkpoint(): Promise<void> {
    while (this.#paused) {
      if (this.#steps > 0) {
        this.#steps -= 1
        break
      }
      await this.#paused.opened
    }
    if (this.#cancelled) throw new StudioError('cancelled', 'Cancelled.')
  }
}

interface Gate {
  readonly opened: Promise<void>
  readonly open: () => void
}

function createGate(): Gate {
  let open = () => {}
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  return { opened, open }
}

/** A watch that neither reports nor stops. */
export const UNWATCHED: Watch = { checkpoint: async () => {}, progress: () => {} }
