// The logarithmic axis of the latency strips: 5 ms and the half second at which people leave both have room.
import { LEAVE_MS, NOTICED_MS } from './sources.ts'

export interface LatencyScale {
  /** Place of a time on the axis, 0–1. */
  readonly place: (ms: number) => number
  /** Powers of ten on the axis. */
  readonly ticks: readonly number[]
}

/** @param samples milliseconds; both waits that people react to are on the axis whatever they are */
export function latencyScale(samples: readonly number[]): LatencyScale {
  const low = Math.log10(Math.min(NOTICED_MS / 2, ...samples) / 1.2)
  const high = Math.log10(Math.max(LEAVE_MS, ...samples) * 1.2)
  const first = Math.ceil(low)
  return {
    place: (ms) => (Math.log10(ms) - low) / (high - low),
    ticks: Array.from({ length: Math.max(0, Math.floor(high) - first + 1) }, (_, i) => 10 ** (first + i)),
  }
}
