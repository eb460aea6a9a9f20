// Progress of a run: rate over the last seconds, time left, at most ten events a second.
import type { RunControl, Watch } from './base/watch.ts'
import type { Event, Progress } from './protocol.ts'

const WINDOW_MS = 5000
const LEAST_INTERVAL_MS = 100

interface Mark {
  readonly at: number
  readonly done: number
}

/** A watch that reports one phase of a stage as `progress` events and stops with `control`. */
export function watchPhase(
  emit: (event: Event) => void,
  control: RunControl,
  { stage, phase }: Pick<Progress, 'stage' | 'phase'>,
): Watch {
  let marks: Mark[] = []
  let lastSent = Number.NEGATIVE_INFINITY
  return {
    async checkpoint() {
      const wasPaused = control.isPaused
      await control.checkpoint()
      if (wasPaused) marks = []
    },
    progress(done, total, unit) {
      const at = performance.now()
      const recent = marks.filter((mark) => at - mark.at < WINDOW_MS)
      // Steps may be further apart than the window.
      marks = [...(recent.length > 0 ? recent : marks.slice(-1)), { at, done }]
      if (at - lastSent < LEAST_INTERVAL_MS && done < total) return
      lastSent = at
      const rate = rateOf(marks)
      const secondsLeft = rate > 0 ? { secondsLeft: (total - done) / rate } : {}
      emit({ type: 'progress', progress: { stage, phase, done, total, unit, rate, ...secondsLeft } })
    },
  }
}

/** Units a second between the oldest and the newest mark. */
function rateOf(marks: readonly Mark[]): number {
  const first = marks[0]
  const last = marks.at(-1)
  if (!first || !last || last.at === first.at) return 0
  return ((last.done - first.done) * 1000) / (last.at - first.at)
}
