// The likeliest classes of one row of logits, with their probabilities.
import type { Guess } from '../protocol.ts'
import { rowProbabilities } from './score.ts'

/**
 * The `count` likeliest classes of row `row`, most probable first; of equals the one listed first in `labels`.
 * @param logits [rows, labels.length]
 */
export function topClasses(
  logits: Float32Array,
  row: number,
  { labels, count }: { labels: readonly string[]; count: number },
): Guess[] {
  const probabilities = rowProbabilities(logits, row, labels.length)
  return labels
    .map((label, id) => ({ label, probability: probabilities[id]! }))
    .sort((a, b) => b.probability - a.probability)
    .slice(0, count)
}
