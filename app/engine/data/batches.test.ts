// Batches: every row once, limits kept, little padding, and the same order for the same seed and epoch.

import { existsSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { diskFolder, diskSource, FIXTURES } from '../formats/testing.ts'
import { loadTokenizer } from '../text/tokenizer.ts'
import { encodeAll, evaluationBatches, padBatch, paddingShare, trainingBatches } from './batches.ts'
import { openTable } from './open-table.ts'

const lengths = fc.array(fc.integer({ min: 2, max: 128 }), { maxLength: 300 })
const everyRow = (count: number) => Array.from({ length: count }, (_, i) => i)
const sorted = (batches: number[][]) => batches.flat().sort((a, b) => a - b)

describe('evaluationBatches', () => {
  it('holds every row once, and no more tokens than allowed unless one row has them', () => {
    fc.assert(
      fc.property(lengths, fc.integer({ min: 1, max: 2000 }), (given, tokensPerBatch) => {
        const batches = evaluationBatches(given, { tokensPerBatch })
        expect(sorted(batches)).toEqual(everyRow(given.length))
        for (const batch of batches) {
          const tokens = batch.length * Math.max(...batch.map((row) => given[row]!))
          expect(batch.length === 1 || tokens <= tokensPerBatch).toBe(true)
        }
      }),
    )
  })

  it('fills batches of a fixed size in order of length', () => {
    expect(evaluationBatches([9, 3, 5, 3, 7], { batchSize: 2 })).toEqual([[1, 3], [2, 4], [0]])
  })
})

describe('trainingBatches', () => {
  it('holds every row once, with at most one short batch', () => {
    fc.assert(
      fc.property(lengths, fc.integer({ min: 1, max: 40 }), fc.nat(), (given, batchSize, seed) => {
        const batches = trainingBatches(given, { batchSize, seed, epoch: 0 })
        expect(sorted(batches)).toEqual(everyRow(given.length))
        expect(batches).toHaveLength(Math.ceil(given.length / batchSize))
        expect(batches.filter((batch) => batch.length < batchSize).length).toBeLessThanOrEqual(1)
      }),
    )
  })

  it('repeats itself for one seed and epoch, and differs for others', () => {
    const given = Array.from({ length: 500 }, (_, i) => 2 + ((i * 37) % 60))
    const order = (seed: number, epoch: number) => trainingBatches(given, { batchSize: 8, seed, epoch })
    expect(order(1, 2)).toEqual(order(1, 2))
    expect(order(1, 2)).not.toEqual(order(1, 3))
    expect(order(1, 2)).not.toEqual(order(2, 2))
  })

  it('does not go from short texts to long ones', () => {
    const given = Array.from({ length: 2000 }, (_, i) => 2 + (i % 100))
    const batches = trainingBatches(given, { batchSize: 10, seed: 0, epoch: 0 })
    const longest = batches.map((batch) => Math.max(...batch.map((row) => given[row]!)))
    const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
    expect(Math.abs(mean(longest.slice(0, 100)) - mean(longest.slice(100)))).toBeLessThan(15)
  })
})

describe('padBatch', () => {
  it('pads to the longest row and masks the rest', () => {
    expect(padBatch([Uint32Array.of(2, 3), Uint32Array.of(2, 7, 8, 3)], 9)).toEqual({
      ids: Uint32Array.of(2, 3, 9, 9, 2, 7, 8, 3),
      mask: Uint32Array.of(1, 1, 0, 0, 1, 1, 1, 1),
      batch: 2,
      tokens: 4,
    })
  })
})

describe('paddingShare', () => {
  it('counts padding over all positions', () => {
    expect(paddingShare([1, 3, 4], [[0, 1], [2]])).toBeCloseTo(2 / 10, 15)
  })

  const SHARED = new URL('../../../../shared/', import.meta.url).pathname
  const MODEL = `${SHARED}models/banking77-minilm`
  it.skipIf(!existsSync(MODEL))('stays below 10 % on banking77 (skipped without ../shared)', async () => {
    const tokenizer = await loadTokenizer(diskFolder(MODEL))
    const { rows } = await openTable(diskSource(`${SHARED}data/banking77/train.csv`))
    const ids = encodeAll(
      tokenizer,
      rows.map(([text]) => text!),
      128,
    )
    const given = ids.map((row) => row.length)
    const training = trainingBatches(given, { batchSize: 32, seed: 0, epoch: 0 })
    expect(paddingShare(given, training)).toBeLessThan(0.1)
    expect(paddingShare(given, evaluationBatches(given, { tokensPerBatch: 4096 }))).toBeLessThan(0.1)
  })

  it('is measured on tokens that a tokenizer gave', async () => {
    const tokenizer = await loadTokenizer(diskFolder(`${FIXTURES}tiny-bert`))
    const rows = encodeAll(tokenizer, ['hello', 'where is my order'], 40)
    const { batch, tokens, mask } = padBatch(rows, tokenizer.padId)
    const used = mask.reduce((sum, value) => sum + value, 0)
    expect(
      paddingShare(
        rows.map((row) => row.length),
        [[0, 1]],
      ),
    ).toBeCloseTo(1 - used / (batch * tokens), 15)
  })
})
