// What the page says of the self-test, wherever it does.
import type { GpuState } from './store/state.ts'
import { exact } from './ui/format.ts'
import { words } from './words.ts'

export function selfTestText({ selfTest: { passed, failed }, untested }: GpuState): string {
  if (failed.length > 0) return words.gpu.failed(failed.join(', '))
  return untested > 0
    ? words.gpu.passedSoFar(exact(passed), exact(passed + untested))
    : words.gpu.passed(exact(passed))
}
