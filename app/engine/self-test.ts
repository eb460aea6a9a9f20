// The self-test that runs at every start: each kernel once, on this machine's own adapter, against plain arithmetic.
import { GpuError } from '../../kernels/runtime/errors.ts'
import type { Gpu } from '../../kernels/runtime/gpu.ts'
import type { SelfTest } from './protocol.ts'
import { Bench, type Check } from './self-test/bench.ts'
import { ENCODER_CHECKS } from './self-test/encoder-checks.ts'
import { MATRIX_CHECKS } from './self-test/matrix-checks.ts'
import { TRAINING_CHECKS } from './self-test/training-checks.ts'

export const CHECKS: readonly Check[] = [...MATRIX_CHECKS, ...ENCODER_CHECKS, ...TRAINING_CHECKS]

/**
 * Runs every check; one that throws or whose numbers are off counts as failed by its name. All checks are launched before the first
 * result is awaited, so that the waits overlap.
 * @throws GpuError `device-lost`, and nothing else
 */
export async function selfTest(gpu: Gpu): Promise<SelfTest> {
  const benches: Bench[] = []
  const failed: string[] = []
  try {
    const verdicts: Promise<boolean>[] = []
    for (const { run } of CHECKS) {
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
      if (!passed) failed.push(CHECKS[i]!.name)
    })
  } finally {
    for (const bench of benches) bench.close()
  }
  return { passed: CHECKS.length - failed.length, failed }
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
