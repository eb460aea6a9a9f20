// The importance scores computed last: moving the prune ratio ranks the same units again, by the same scores.
import type { ImportanceScores } from './criteria/criterion.ts'
import type { PreparedData } from './data/prepared.ts'
import type { Model } from './model/model.ts'

/** Everything that scores depend on; models and data are never changed once they are made. */
interface Scored {
  readonly model: Model
  readonly data: PreparedData
  readonly seed: number
  readonly criterion: string
}

export class ScoreCache {
  #kept: (Scored & { readonly scores: ImportanceScores }) | undefined

  async scores(of: Scored, score: () => Promise<ImportanceScores>): Promise<ImportanceScores> {
    const kept = this.#kept
    const isSame =
      kept?.model === of.model &&
      kept.data === of.data &&
      kept.seed === of.seed &&
      kept.criterion === of.criterion
    if (isSame) return kept.scores
    const scores = await score()
    this.#kept = { ...of, scores }
    return scores
  }
}
