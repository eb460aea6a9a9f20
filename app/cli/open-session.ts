// A session in Node: GPU, self-test, kernels tuned to it, events to the progress bar, Ctrl-C to cancel.
import { nodeTuningStore } from '../engine/hosts/node-cache.ts'
import { openNodeGpu } from '../engine/hosts/node-gpu.ts'
import type { SelfTest } from '../engine/protocol.ts'
import type { Check } from '../engine/self-test/bench.ts'
import { selfTest } from '../engine/self-test.ts'
import { Session } from '../engine/session.ts'
import { Tuner } from '../engine/tuning.ts'
import type { Arguments } from './arguments.ts'
import type { ProgressBar } from './progress-bar.ts'
import { cancelOnSignals } from './signals.ts'

/** @param checks of the self-test: those of the kernels that will be used */
export async function openSession(
  progress: ProgressBar,
  { tune }: Pick<Arguments, 'tune'>,
  checks: readonly Check[],
): Promise<{ session: Session; selfTest: SelfTest }> {
  const gpu = await openNodeGpu()
  const session = new Session(gpu, (event) => progress.handle(event))
  cancelOnSignals(() => session.control, progress)
  const result = await selfTest(gpu, checks)
  if (result.failed.length > 0)
    progress.note(`Self-test: these kernels are wrong on this adapter: ${result.failed.join(', ')}.`)
  if (tune !== 'off') {
    const tuner = await Tuner.open(gpu, nodeTuningStore(), `Node ${process.version}`)
    while (!tuner.isDone) await tuner.step()
  }
  return { session, selfTest: result }
}
