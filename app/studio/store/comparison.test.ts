// Rows of the table: which are stale, and what their sizes will be before anything is measured.
import { describe, expect, it } from 'vitest'
import { encoderParameterCount, parameterCount, type StageRecipe } from '../../engine/protocol.ts'
import { comparisonRows, createComparison, isStale } from './comparison.ts'
import { keptLayers, prunedSpec } from './estimates.ts'
import type { StudioState } from './state.ts'
import { fold, opened, row, spec } from './testing.ts'

const find = (state: StudioState, key: string) => comparisonRows(state).find((found) => found.key === key)
const withRatio = (state: StudioState, ratio: number): StudioState => ({
  ...state,
  settings: { ...state.settings, prune: { pruning_ratio: ratio } },
  isPrunePlanned: true,
})
const launchPrune = (state: StudioState, ratio: number): StudioState => ({
  ...withRatio(state, ratio),
  launches: [{ stage: { kind: 'prune', pruning_ratio: ratio } as StageRecipe, untrained: true, seed: 0 }],
})

describe('estimates', () => {
  it('keeps every other layer when none is chosen', () => {
    expect(keptLayers([], 6)).toEqual([0, 2, 4])
    expect(keptLayers([1, 5], 6)).toEqual([1, 5])
  })

  it.each([0, 0.25, 0.6])('removes the share %d of the encoder and nothing else', (ratio) => {
    const removed = parameterCount(spec) - parameterCount(prunedSpec(spec, { pruning_ratio: ratio }))
    const biases = 1e-9 * parameterCount(spec)
    expect(Math.abs(removed - ratio * encoderParameterCount(spec))).toBeLessThan(1 + biases)
  })

  it('takes all of the share from the feed-forward blocks when only they are targets', () => {
    const pruned = prunedSpec(spec, { pruning_ratio: 0.2, targets: ['ffn'] })
    expect(pruned.layers.every(({ heads, ffn }) => heads === 4 && ffn < 64)).toBe(true)
  })
})

describe('comparisonRows', () => {
  it('has a row for the teacher, each stage and each scheme before anything has run', () => {
    const rows = comparisonRows(fold(opened))
    expect(rows.map(({ key }) => key)).toEqual(['teacher', 'distill', 'prune', 'W8A8_DYNAMIC', 'W4A16'])
    expect(rows.map((found) => found.isStale)).toEqual([false, true, true, true, true])
    expect(rows.every(({ sizes }) => sizes && sizes.parameters > 0)).toBe(true)
  })

  it('moves the pruned row and the quantized rows with the ratio', () => {
    const before = comparisonRows(withRatio(fold(opened), 0.1))
    const after = comparisonRows(withRatio(fold(opened), 0.6))
    for (const key of ['prune', 'W8A8_DYNAMIC', 'W4A16']) {
      const bytes = (rows: typeof before) => rows.find((found) => found.key === key)?.sizes?.bytes ?? 0
      expect(bytes(after)).toBeLessThan(bytes(before))
    }
    expect(before[0]?.sizes).toEqual(after[0]?.sizes)
  })

  it('scales estimated multiply-adds to what the teacher row reports', () => {
    const distilled = find(fold(opened), 'distill')
    const reported = row('teacher').multiply_adds
    expect(distilled?.sizes?.multiplyAdds).toBeGreaterThan(0.4 * reported)
    expect(distilled?.sizes?.multiplyAdds).toBeLessThan(0.6 * reported)
  })

  it('shows the old accuracy as stale while the ratio differs from the one measured', () => {
    const measured = fold([{ type: 'row', key: 'prune', row: row('prune') }], launchPrune(fold(opened), 0.3))
    expect(find(measured, 'prune')).toMatchObject({ isStale: false, isUntrained: true })
    const moved = find(withRatio(measured, 0.5), 'prune')
    expect(moved).toMatchObject({ isStale: true, measured: { accuracy: 0.9 } })
    expect(moved?.sizes?.isEstimate).toBe(true)
    expect(find(withRatio(measured, 0.3), 'prune')?.isStale).toBe(false)
  })

  it('makes a student stale when the seed changes, and the teacher never', () => {
    const state = fold([{ type: 'row', key: 'prune', row: row('prune') }], launchPrune(fold(opened), 0.3))
    const reseeded = { ...state, seed: 1 }
    expect([isStale(reseeded, 'prune'), isStale(reseeded, 'teacher')]).toEqual([true, false])
  })

  it('makes rows stale with the rows that they stand on', () => {
    const int8 = row('quantize', { scheme: 'W8A8_DYNAMIC' })
    const state = fold(
      [
        { type: 'row', key: 'prune', row: row('prune') },
        { type: 'row', key: 'quantize:W8A8_DYNAMIC', row: int8 },
      ],
      launchPrune(fold(opened), 0.3),
    )
    expect(isStale(state, 'quantize:W8A8_DYNAMIC')).toBe(false)
    expect(isStale(withRatio(state, 0.4), 'quantize:W8A8_DYNAMIC')).toBe(true)
  })

  it('keeps one row for each group size of a scheme', () => {
    const at = (group_size: number) => row('quantize', { scheme: 'W4A16', group_size })
    const state = fold(
      [
        { type: 'row', key: 'quantize:W4A16:64', row: at(64) },
        { type: 'row', key: 'quantize:W4A16:32', row: at(32) },
      ],
      fold(opened),
    )
    const sizes = comparisonRows(state).filter(({ scheme }) => scheme === 'W4A16')
    expect(sizes.map(({ groupSize }) => groupSize)).toEqual([32, 64])
  })

  it('hands out the same rows while nothing that they show has changed', () => {
    const select = createComparison()
    const state = fold(opened)
    const rows = select(state)
    expect(select({ ...state, chosenExports: [] })).toBe(rows)
    expect(select(withRatio(state, 0.5))).not.toBe(rows)
  })
})
