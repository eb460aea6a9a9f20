// Progress of a run: rate over the last seconds, time left by the last minute, at most ten events a second.
import type { RunControl, Watch, Work } from './base/watch.ts'
import type { Event, Progress, Throughput } from './protocol.ts'

const RATE_MS = 5000
/** Batches of short and of long texts, and a validation now and then, even out over a minute. */
const TIME_LEFT_MS = 60_000
const LEAST_INTERVAL_MS = 100
/** Steps are told of when they are sent; over a shorter time those still on their way would count too much. */
const LEAST_WORK_SECONDS = 0.2

interface Mark {
  readonly at: number
  readonly done: number
  readonly work?: Work | undefined
}

/** A watch that reports one phase of a stage as `progress` events and stops with `control`. */
export function watchPhase(
  emit: (event: Event) => void,
  control: RunControl,
  { stage, phase }: Pick<Progress, 'stage' | 'phase'>,
): Watch {
  let marks: readonly Mark[] = []
  let lastSent = Number.NEGATIVE_INFINITY
  return {
    async checkpoint() {
      const wasPaused = control.isPaused
      await control.checkpoint()
      if (wasPaused) marks = []
    },
    progress(done, total, unit, work) {
      const at = performance.now()
      if (at - lastSent < LEAST_INTERVAL_MS && done < total) return
      lastSent = at
      const earlier = since(marks, at - TIME_LEFT_MS)
      const mark = { at, done, work }
      marks = [...earlier, mark]
      const recent = [...since(earlier, at - RATE_MS), mark]
      const rate = rateOf(recent)
      const steadyRate = rateOf(marks)
      const secondsLeft = steadyRate > 0 ? { secondsLeft: (total - done) / steadyRate } : {}
      const throughput = throughputOf(recent)
      emit({
        type: 'progress',
        progress: {
          ...{ stage, phase, done, total, unit, rate },
          ...secondsLeft,
          ...(throughput ? { throughput } : {}),
        },
      })
    },
  }
}

/** Marks later than a time, or the last one: steps may be further apart than a window. */
function since(marks: readonly Mark[], time: number): readonly Mark[] {
  const later = marks.filter(({ at }) => at > time)
  return later.length > 0 ? later : marks.slice(-1)
}

/** Units a second between the oldest and the newest mark. */
function rateOf(marks: readonly Mark[]): number {
  const first = marks[0]
  const last = marks.at(-1)
  if (!first || !last || last.at === first.at) return 0
  return ((last.done - first.done) * 1000) / (last.at - first.at)
}

/** Between the oldest and the newest mark; undefined where no work is counted, or too little yet. */
export function throughputOf(marks: readonly Pick<Mark, 'work'>[]): Throughput | undefined {
  const first = marks[0]?.work
  const last = marks.at(-1)?.work
  if (!first || !last) return undefined
  const seconds = last.seconds - first.seconds
  if (seconds < LEAST_WORK_SECONDS) return undefined
  const flopsPerSecond = (last.flops - first.flops) / seconds
  return {
    tokensPerSecond: (last.tokens - first.tokens) / seconds,
    flopsPerSecond,
    ...(last.roof ? { shareOfRoof: flopsPerSecond / last.roof } : {}),
    paddingShare: last.paddingShare,
  }
}
