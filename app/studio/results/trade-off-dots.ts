// Kept results as dots of the two trade-off charts, and what the charts say in one sentence.
import type { DrawnResult } from '../store/history.ts'
import type { StudioState } from '../store/state.ts'
import { megabytes, milliseconds, percent } from '../ui/format.ts'
import { words } from '../words.ts'
import { type Dot, frontier } from './frontier.ts'
import { madeBy, resultName } from './result-words.ts'

export type Axis = 'size' | 'latency'

export interface TradeOffDot extends Dot {
  readonly id: number
  readonly stage: DrawnResult['row']['stage']
  readonly name: string
  /** The settings that made it, in words. */
  readonly made: string
  readonly isCurrent: boolean
  readonly isOnFrontier: boolean
  /** False for the teacher, and for results whose settings are not known. */
  readonly isRestorable: boolean
}

/** Bytes or milliseconds against accuracy, or against agreement where the data has no labels. */
export function dotsOf(
  results: readonly DrawnResult[],
  axis: Axis,
  state: Pick<StudioState, 'catalog'>,
): readonly TradeOffDot[] {
  const dots = results.map((result) => ({
    id: result.id,
    x: axis === 'size' ? result.row.bytes : result.row.latency_ms.p50,
    y: result.row.accuracy ?? result.row.agreement,
    stage: result.row.stage,
    name: resultName(state, result),
    made: madeBy(result),
    isCurrent: result.isCurrent,
    isRestorable: result.launches.length > 0,
  }))
  const best = new Set(frontier(dots).map(({ id }) => id))
  return dots.map((dot) => ({ ...dot, isOnFrontier: best.has(dot.id) }))
}

export const showX: Readonly<Record<Axis, (value: number) => string>> = {
  size: megabytes,
  latency: milliseconds,
}

export function summaryOf(dots: readonly TradeOffDot[], axis: Axis): string {
  const { tradeOff } = words
  const least = dots.reduce((best, dot) => (dot.x < best.x ? dot : best), dots[0] as TradeOffDot)
  const say = axis === 'size' ? tradeOff.smallest : tradeOff.fastest
  return tradeOff.summary(dots.length, say(least.name, showX[axis](least.x), percent(least.y)))
}
