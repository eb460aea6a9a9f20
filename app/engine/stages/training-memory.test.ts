// Peak GPU memory of a training step against what it cannot do without: weights, gradients, optimizer state, activations.
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { requestGpu } from '../../../kernels/runtime/gpu.ts'
import { createDawn } from '../../../kernels/runtime/node-dawn.ts'
import { createTensor, release } from '../../../kernels/runtime/tensor.ts'
import { testGpu } from '../../../kernels/runtime/testing.ts'
import bert from '../archs/bert.arch.ts'
import { openCheckpoint } from '../archs/load-plan.ts'
import { UNWATCHED } from '../base/watch.ts'
import { padBatch } from '../data/batches.ts'
import { readFolder } from '../hosts/node-files.ts'
import { forward, releaseBatch, releaseSaved, uploadBatch } from '../model/forward.ts'
import { loadModel } from '../model/load.ts'
import { releaseModel } from '../model/model.ts'
import { distillationStep } from './distillation-loss.ts'
import { createTrainable, optimizerStep, releaseTrainable } from './optimizer.ts'

const SAMPLE = join(import.meta.dirname, '../../../public/sample/model')
const [TEXTS, TOKENS] = [32, 24]
/** Gradients of activations in flight and scratch come on top; half as much again is a leak. */
const MOST_OVER_LOWER_BOUND = 1.5

test('a training step stays near the lower bound of memory and gives everything back', async () => {
  const gpu = await testGpu()
  const before = gpu.pool.ledger.now
  const checkpoint = await openCheckpoint(await readFolder(SAMPLE), (id) =>
    id === 'bert' ? bert : undefined,
  )
  const loaded = await loadModel(gpu, checkpoint, UNWATCHED)
  const trainable = createTrainable(gpu, loaded)
  releaseModel(gpu, loaded)
  const { model: student, gradients } = trainable
  const [lossOut, norm] = [createTensor(gpu, 'f32', [2], 'test'), createTensor(gpu, 'f32', [2], 'test')]
  const padded = padBatch(Array.from({ length: TEXTS }, () => new Uint32Array(TOKENS).fill(7)))
  const batch = uploadBatch(gpu, padded)
  const resident = gpu.pool.ledger.now - before
  const pass = forward(gpu, student, batch, { save: true })
  const lowerBound = gpu.pool.ledger.now - before
  releaseSaved(gpu, pass.saved!)
  const data = {
    batch,
    ids: padded.ids,
    labels: new Int32Array(TEXTS),
    tokens: TEXTS * TOKENS,
    teacherLogits: pass.logits,
    teacherHidden: new Map(),
  }
  const peakSince = gpu.pool.watchPeak()
  await gpu.scope(() => {
    const weights = { temperature: 4, kdWeight: 1, hardLabelWeight: 0.1, hiddenWeight: 0 }
    distillationStep(gpu, student, data, { weights, gradients: gradients.tensors, lossOut })
    const settings = { step: 1, learningRate: 1e-4, weightDecay: 0.01, clipNorm: 1 }
    optimizerStep(gpu, trainable, norm, settings)
  })
  const peak = peakSince() - before
  const ratio = peak / lowerBound
  process.stdout.write(
    `training step: peak ${peak} bytes, lower bound ${lowerBound} (${resident} resident), ratio ${ratio.toFixed(3)}\n`,
  )
  expect(ratio).toBeLessThan(MOST_OVER_LOWER_BOUND)
  releaseBatch(gpu, batch)
  release(gpu, pass.logits, lossOut, norm)
  releaseTrainable(gpu, trainable)
  expect(gpu.pool.ledger.now).toBe(before)
})

test('a student that does not fit while it trains takes nothing', async () => {
  const gpu = await requestGpu(createDawn(), { budget: 3e6 })
  const checkpoint = await openCheckpoint(await readFolder(SAMPLE), () => bert)
  const model = await loadModel(gpu, checkpoint, UNWATCHED)
  const before = gpu.pool.ledger.now
  expect(() => createTrainable(gpu, model)).toThrow('gradients needs')
  expect(gpu.pool.ledger.now).toBe(before)
  gpu.destroy()
})
