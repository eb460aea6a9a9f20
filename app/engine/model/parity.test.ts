// Whole models against PyTorch: logits of tiny checkpoints in F32, F16 and BF16, within 1e-4.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { maxError, testGpu } from '../../../kernels/runtime/testing.ts'
import { UNWATCHED } from '../base/watch.ts'
import { openFixture } from '../fixtures/open-fixture.ts'
import { releaseModel } from './model.ts'
import { predict } from './predict.ts'

const golden = JSON.parse(readFileSync(join(import.meta.dirname, '../fixtures/golden-logits.json'), 'utf8'))
/** The bound; PyTorch's own F32 is within 2e-6 of F64 here. */
const TOLERANCE = 1e-4

describe.each(['tiny-bert', 'tiny-bert-f16', 'tiny-bert-bf16', 'tiny-distilbert'])('%s', (name) => {
  test('gives PyTorch’s logits for all texts, and the same bits twice', async () => {
    const gpu = await testGpu()
    const before = gpu.pool.ledger.now
    const model = await openFixture(gpu, name)
    const ids = golden.models[name].input_ids.map((row: number[]) => Uint32Array.from(row))
    const logits = await predict(gpu, model, ids, UNWATCHED)
    expect(maxError(logits, golden.models[name].logits.flat())).toBeLessThan(TOLERANCE)
    expect(await predict(gpu, model, ids, UNWATCHED)).toEqual(logits)
    releaseModel(gpu, model)
    expect(gpu.pool.ledger.now).toBe(before)
  })
})
