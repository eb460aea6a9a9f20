// Sums up what a training has computed and the time that its steps took, for the rates that progress tells.
import type { Work } from '../base/watch.ts'
import { type StepSize, stepFlops } from '../model/spec.ts'

export class TrainingMeter {
  readonly #roof: number | undefined
  readonly #now: () => number
  readonly #from: number
  #asideMs = 0
  #tokens = 0
  #flops = 0
  /** Share of the epoch's positions that is padding, 0–1. */
  paddingShare = 0

  /** @param roof FLOP/s that the adapter does at most  @param now milliseconds */
  constructor(roof?: number, now: () => number = () => performance.now()) {
    this.#roof = roof
    this.#now = now
    this.#from = now()
  }

  /** Counts a step. @param tokens of its texts, padding not counted; `size` has the padded length, which is what is computed */
  step(tokens: number, size: StepSize): void {
    this.#tokens += tokens
    this.#flops += stepFlops(size)
  }

  /** Does what is no training, such as validating, while the meter's clock stands still. */
  async aside<T>(work: () => Promise<T>): Promise<T> {
    const from = this.#now()
    try {
      return await work()
    } finally {
      this.#asideMs += this.#now() - from
    }
  }

  get work(): Work {
    return {
      tokens: this.#tokens,
      flops: this.#flops,
      seconds: (this.#now() - this.#from - this.#asideMs) / 1000,
      paddingShare: this.paddingShare,
      ...(this.#roof === undefined ? {} : { roof: this.#roof }),
    }
  }
}
