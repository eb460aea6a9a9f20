// Random choices for the sample data set, on top of the engine's seeded numbers.
import { createRandom } from '../../app/engine/base/random.ts'

/** A seeded source of choices. The same seed gives the same sequence on every machine. */
export interface Choices {
  /** A whole number from 0 to `limit` - 1. */
  below(limit: number): number
  /** True with the given probability (0-1). */
  chance(probability: number): boolean
  /** One entry of a list. Throws RangeError if the list is empty. */
  pick<T>(list: readonly T[]): T
  /** A new list with the same entries in random order (Fisher-Yates). */
  shuffle<T>(list: readonly T[]): T[]
}

/** Makes choices from a seed. */
export function createChoices(seed: number): Choices {
  const next = createRandom(seed)
  const below = (limit: number): number => Math.floor(next() * limit)
  return {
    below,
    chance: (probability) => next() < probability,
    pick<T>(list: readonly T[]): T {
      if (list.length === 0) throw new RangeError('pick() needs at least one entry')
      return list[below(list.length)] as T
    },
    shuffle<T>(list: readonly T[]): T[] {
      const out = [...list]
      for (let last = out.length - 1; last > 0; last--) {
        const other = below(last + 1)
        const held = out[last] as T
        out[last] = out[other] as T
        out[other] = held
      }
      return out
    },
  }
}
