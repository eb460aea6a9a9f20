// How many rows may differ before a file is told to be wrong.
import { expect, it } from 'vitest'
import { allowedDifferences } from './verify-export.ts'

it('allows the share that is not asked for, and one row of few', () => {
  expect(allowedDifferences(500, 0.98)).toBe(10)
  expect(allowedDifferences(500, 0.995)).toBe(2)
  expect(allowedDifferences(10, 0.98)).toBe(1)
  expect(allowedDifferences(500, 0.9)).toBe(50)
})
