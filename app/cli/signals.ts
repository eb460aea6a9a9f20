// Ctrl-C and its kin: they cancel what is under way, which then ends by itself.
import type { RunControl } from '../engine/base/watch.ts'
import type { ProgressBar } from './progress-bar.ts'

const SIGNALS = ['SIGINT', 'SIGTERM'] as const

/**
 * @param control asked for when a signal comes, since a session replaces its own
 * @returns takes the listeners away again
 */
export function cancelOnSignals(control: () => RunControl, progress: ProgressBar): () => void {
  const stop = () => {
    if (!control().isCancelled) progress.note('Stopping …')
    control().cancel()
  }
  for (const signal of SIGNALS) process.on(signal, stop)
  return () => {
    for (const signal of SIGNALS) process.off(signal, stop)
  }
}
