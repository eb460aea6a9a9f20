// The likeliest classes of a row: order, probabilities, and fewer classes than asked for.
import { expect, it } from 'vitest'
import { topClasses } from './top-classes.ts'

// Odds of 1 : 5 : 2 : 2 in the second of two rows.
const logits = Float32Array.from([9, 0, 0, 0, ...[1, 5, 2, 2].map(Math.log)])
const labels = ['a', 'b', 'c', 'd']

it('gives the likeliest classes of the row, equals in the order of the labels', () => {
  const top = topClasses(logits, 1, { labels, count: 3 })
  expect(top.map(({ label }) => label)).toEqual(['b', 'c', 'd'])
  for (const [i, share] of [0.5, 0.2, 0.2].entries()) expect(top[i]!.probability).toBeCloseTo(share, 7)
})

it('gives all classes where there are fewer than asked for', () => {
  expect(topClasses(logits, 0, { labels, count: 9 })).toHaveLength(4)
})
