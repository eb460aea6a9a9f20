// Medians, paired ratios and means of samples, on numbers worked out by hand.
import { expect, it } from 'vitest'
import { geometricMean, median, minimum, pairedRatio } from './statistics.ts'

it('takes the middle value, or the mean of the two middle ones, without sorting what it is given', () => {
  const odd = [9, 1, 4]
  expect(median(odd)).toBe(4)
  expect(odd).toEqual([9, 1, 4])
  expect(median([9, 1, 4, 6])).toBe(5)
  expect(median([100, 20, 3])).toBe(20)
  expect(median([])).toBeNaN()
})

it('takes the smallest value', () => {
  expect(minimum([3, 2, 5])).toBe(2)
  expect(minimum([])).toBeNaN()
})

it('compares samples of one round, so that a machine that slows down for a while changes no ratio', () => {
  // The machine is ten times slower in the last two rounds of five; medians alone would say 2 / 10.
  const ours = [1, 1, 10, 10, 1]
  const theirs = [2, 2, 20, 20, 2]
  expect(pairedRatio(ours, theirs)).toBe(2)
  expect(pairedRatio(theirs, ours)).toBe(0.5)
  expect(pairedRatio([1, 1], [3])).toBe(3)
  expect(pairedRatio([], [1])).toBeNaN()
})

it('multiplies and takes the root', () => {
  expect(geometricMean([2, 8])).toBeCloseTo(4, 12)
  expect(geometricMean([0.5, 2, 27])).toBeCloseTo(3, 12)
  expect(geometricMean([])).toBeNaN()
})
