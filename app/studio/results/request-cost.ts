// What answering one request costs on a machine as fast as this one.
import type { Latency } from '../../engine/protocol.ts'

const SECONDS_PER_HOUR = 3600

/**
 * Price an hour ÷ 3600 × median seconds of one request: one request after the other on a machine that is always busy.
 * @param perHour dollars an hour
 * @returns dollars
 */
export function dollarsPerRequest(perHour: number, { p50, batch }: Latency): number {
  return ((perHour / SECONDS_PER_HOUR) * (p50 / 1000)) / batch
}
