// What an engineer asks of a data set before using it: balance of classes, texts that stand twice, lengths in tokens.
import type { ClassCount, DuplicateFacts, TokenFacts } from '../protocol.ts'
import type { Dataset } from './dataset.ts'

/** Bars of the histogram; fewer where texts are shorter than this. */
const MOST_BINS = 24
const MOST_EXAMPLES = 5

/** Rows a class, in the model's order; classes without rows are in it. */
export function countClasses(
  { train, test }: { train?: Dataset; test?: Dataset },
  labels: readonly string[],
): ClassCount[] {
  const count = (dataset: Dataset | undefined) => {
    const rows = new Array<number>(labels.length).fill(0)
    for (const id of dataset?.labelIds ?? []) if (id >= 0) rows[id]! += 1
    return rows
  }
  const [trainRows, testRows] = [count(train), count(test)]
  return labels.map((label, id) => ({ label, train: trainRows[id]!, test: testRows[id]! }))
}

/** A text as duplicates are compared: without regard to case, and with any run of white space as one space. */
export function foldText(text: string): string {
  return text.trim().replace(/\s+/g, ' ').toLowerCase()
}

interface TrainText {
  /** First row that holds it. */
  readonly row: number
  /** Known classes that it carries, as a rule one. */
  readonly classes: Set<number>
}

/** Texts that stand in both tables, and more than once in the training table. Empty texts are no duplicates. */
export function findDuplicates(
  { train, test }: { train?: Dataset; test?: Dataset },
  labels: readonly string[],
): DuplicateFacts {
  const seen = new Map<string, TrainText>()
  let repeated = 0
  train?.texts.forEach((text, row) => {
    const key = foldText(text)
    if (key === '') return
    const known = seen.get(key)
    if (known) repeated += 1
    const { classes } = known ?? { classes: new Set<number>() }
    if (!known) seen.set(key, { row, classes })
    if (train.labelIds[row]! >= 0) classes.add(train.labelIds[row]!)
  })
  const conflicting = [...seen.values()].filter(({ classes }) => classes.size > 1).length
  return { repeated, conflicting, ...findLeaks(seen, { train, test }, labels) }
}

function findLeaks(
  seen: ReadonlyMap<string, TrainText>,
  { train, test }: { train?: Dataset; test?: Dataset },
  labels: readonly string[],
): Pick<DuplicateFacts, 'leaked' | 'leakedConflicting' | 'examples'> {
  const examples: DuplicateFacts['examples'][number][] = []
  const shown = new Set<TrainText>()
  let leaked = 0
  let leakedConflicting = 0
  test?.texts.forEach((text, row) => {
    const known = seen.get(foldText(text))
    if (!known) return
    const id = test.labelIds[row]!
    leaked += 1
    if (id >= 0 && [...known.classes].some((other) => other !== id)) leakedConflicting += 1
    if (shown.has(known) || examples.length === MOST_EXAMPLES) return
    shown.add(known)
    const trainId = train!.labelIds[known.row]!
    examples.push({
      text,
      ...(trainId < 0 ? {} : { train: labels[trainId]! }),
      ...(id < 0 ? {} : { test: labels[id]! }),
    })
  })
  return { leaked, leakedConflicting, examples }
}

/**
 * Mean, 95th percentile, longest, and a histogram of lengths in tokens.
 * @param limit tokens at which texts are cut
 */
export function describeLengths(lengths: readonly number[], limit: number): TokenFacts {
  const sorted = Float64Array.from(lengths).sort()
  const count = Math.max(1, sorted.length)
  const longest = sorted.at(-1) ?? 0
  const p95 = sorted[Math.floor(0.95 * (sorted.length - 1))] ?? 0
  return {
    mean: sorted.reduce((sum, length) => sum + length, 0) / count,
    p95,
    longest,
    cut: sorted.reduce((sum, length) => sum + Number(length > limit), 0),
    limit,
    histogram: histogramOf(sorted, Math.min(longest, 2 * Math.max(p95, limit))),
  }
}

/** Bins of one width up to `end`; a few texts far longer than all others do not squeeze the rest, the last bin takes them. */
function histogramOf(lengths: Float64Array, end: number): TokenFacts['histogram'] {
  const width = Math.max(1, Math.ceil(end / MOST_BINS))
  const counts = new Array<number>(Math.ceil(end / width)).fill(0)
  for (const length of lengths) {
    const bin = Math.max(0, Math.ceil(length / width) - 1)
    counts[Math.min(bin, counts.length - 1)]! += 1
  }
  return { width, counts }
}
