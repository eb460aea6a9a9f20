// The self-test: each kernel once, on this machine's own adapter, against plain arithmetic, before it is used.
import { GpuError } from '../../kernels/runtime/errors.ts'
import type { Gpu } from '../../kernels/runtime/gpu.ts'
import type { SelfTest } from './protocol.ts'
import { Bench, type Check } from './self-test/bench.ts'
import { ENCODER_CHECKS } from './self-test/encoder-checks.ts'
import { MATRIX_CHECKS } from './self-test/matrix-checks.ts'
import { TRAINING_CHECKS } from './self-test/training-checks.ts'

export const CHECKS: readonly Check[] = [...MATRIX_CHECKS, ...ENCODER_CHECKS, ...TRAINING_CHECKS]
/** What a model in F32 needs to read texts. */
export const FORWARD_CHECKS: readonly Check[] = CHECKS.filter(({ isForward }) => isForward)

/**
 * Runs checks; one that throws or whose numbers are off counts as failed by its name. All checks are launched before the first
 * result is awaited, so that the waits overlap.
 * @throws GpuError `device-lost`, and nothing else
 */
export async function selfTest(gpu: Gpu, checks: readonly Check[] = CHECKS): Promise<SelfTest> {
  const benches: Bench[] = []
  const failed: string[] = []
  try {
    const verdicts: Promise<boolean>[] = []
    for (const { run } of checks) {
      const bench = new Bench(gpu)
      benches.push(bench)
      const launched = await passes(() => gpu.scope(() => run(bench)).then(() => true))
      const verdict = launched ? passes(() => bench.isRight()) : Promise.resolve(false)
      // Awaited below; a device lost before then must not count as an unhandled rejection.
      verdict.catch(() => {})
      verdicts.push(verdict)
    }
    const results = await Promise.all(verdicts)
    results.forEach((passed, i) => {
      if (!passed) failed.push(checks[i]!.name)
    })
  } finally {
    for (const bench of benches) bench.close()
  }
  return { passed: checks.length - failed.length, failed }
}

/** Whatever a check throws is its failure; only a lost device ends the whole test, since nothing can run on it. */
async function passes(step: () => Promise<boolean>): Promise<boolean> {
  try {
    return await step()
  } catch (error) {
    if (error instanceof GpuError && error.code === 'device-lost') throw error
    return false
  }
}

/**
 * The self-test in two parts, so that a first model does not wait until kernels are compiled that only later work uses: first what
 * reads texts, then the other checks one by one, when there is time or before that work.
 */
export class GradualSelfTest {
  #left = CHECKS
  #passed = 0
  #failed: readonly string[] = []

  /** Of the checks that were run. */
  get result(): SelfTest {
    return { passed: this.#passed, failed: [...this.#failed] }
  }

  /** Checks still to be run. */
  get left(): number {
    return this.#left.length
  }

  /** Runs what reads texts, unless that was done. @throws GpuError `device-lost`, and nothing else */
  async begin(gpu: Gpu): Promise<void> {
    await this.#run(
      gpu,
      this.#left.filter(({ isForward }) => isForward),
    )
  }

  /** Runs one more check. @throws GpuError `device-lost`, and nothing else */
  async step(gpu: Gpu): Promise<void> {
    await this.#run(gpu, this.#left.slice(0, 1))
  }

  async #run(gpu: Gpu, checks: readonly Check[]): Promise<void> {
    const { passed, failed } = await selfTest(gpu, checks)
    this.#passed += passed
    this.#failed = [...this.#failed, ...failed]
    this.#left = this.#left.filter((check) => !checks.includes(check))
  }
}
