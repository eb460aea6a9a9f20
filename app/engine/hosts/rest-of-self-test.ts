// The part of the self-test that the first model does not wait for.
import type { Gpu } from '../../../kernels/runtime/gpu.ts'
import type { Watch } from '../base/watch.ts'
import type { Event } from '../protocol.ts'
import type { GradualSelfTest } from '../self-test.ts'
import type { IdleJob } from './idle-work.ts'

export class RestOfSelfTest implements IdleJob {
  readonly restMs = 0
  readonly #gpu: Gpu
  readonly #selfTest: GradualSelfTest
  readonly #emit: (event: Event) => void

  constructor(gpu: Gpu, selfTest: GradualSelfTest, emit: (event: Event) => void) {
    this.#gpu = gpu
    this.#selfTest = selfTest
    this.#emit = emit
  }

  get isDone(): boolean {
    return this.#selfTest.left === 0
  }

  async step(): Promise<void> {
    await this.#selfTest.step(this.#gpu)
    const { result, left } = this.#selfTest
    this.#emit({ type: 'self-test', selfTest: result, untested: left })
  }

  /** Runs all checks that are left. @throws StudioError `cancelled`; GpuError `device-lost` */
  async finish(watch: Watch): Promise<void> {
    const total = this.#selfTest.left
    while (!this.isDone) {
      await watch.checkpoint()
      await this.step()
      watch.progress(total - this.#selfTest.left, total, 'kernels')
    }
  }
}
