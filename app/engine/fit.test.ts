// Fit verdicts: the arithmetic by hand on round numbers, the levers, and the ledger's own peak on the sample model.
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { testGpu } from '../../kernels/runtime/testing.ts'
import bert from './archs/bert.arch.ts'
import { openCheckpoint } from './archs/load-plan.ts'
import { UNWATCHED } from './base/watch.ts'
import { type FitLimits, type FitSettings, fitVerdicts } from './fit.ts'
import { readFolder } from './hosts/node-files.ts'
import { loadModel } from './model/load.ts'
import { releaseModel } from './model/model.ts'
import { predict } from './model/predict.ts'
import type { ModelSpec } from './model/spec.ts'
import type { FitTask } from './protocol.ts'
import { createStudent } from './stages/distill.ts'
import { train } from './stages/training.ts'

const SAMPLE = join(import.meta.dirname, '../../public/sample/model')
const PLENTY: FitLimits = { budget: 1e15, tensorBytes: 1e15 }

/** BERT-base: 109,486,854 parameters with six labels. */
const BASE: ModelSpec = {
  architecture: 'bert',
  hidden: 768,
  headSize: 64,
  vocabulary: 30522,
  positions: 512,
  tokenTypes: 2,
  layers: Array.from({ length: 12 }, (_, source) => ({ heads: 12, ffn: 3072, source })),
  labels: ['a', 'b', 'c', 'd', 'e', 'f'],
  activation: 'gelu',
  poolerActivation: 'tanh',
  layerNormEpsilon: 1e-12,
}

function verdictOf(task: FitTask, limits: FitLimits, settings: Partial<FitSettings> = {}) {
  const full = {
    batchSize: 32,
    maxLength: 128,
    hiddenWeight: 0.5,
    studentLayers: [0, 2, 4, 6, 8, 10],
    ...settings,
  }
  return fitVerdicts(BASE, limits, full).find((verdict) => verdict.task === task)!
}

describe('what is needed', () => {
  test('running needs the weights and the activations of 1,024 tokens', () => {
    const weights = 109_486_854 * 4
    const { needed, largestTensor } = verdictOf('run', PLENTY)
    // One layer of 1,024 tokens: 4 × 768 + 4 × 768 + 3,072 floats a token and a little; embeddings: 2 × 768.
    const activations = 1024 * 4 * (8 * 768 + 3072 + 2 * 768)
    expect(needed).toBeGreaterThan(weights + activations)
    expect(needed).toBeLessThan((weights + activations) * 1.01)
    expect(largestTensor).toEqual({ name: 'embeddings.word', bytes: 30522 * 768 * 4, limit: 1e15 })
  })

  test('distilling counts five copies of the student beside the teacher, and grows with the batch', () => {
    const student = (109_486_854 - 6 * 7_087_872) * 4
    const small = verdictOf('distill', PLENTY, { batchSize: 1, maxLength: 16 }).needed
    expect(small).toBeGreaterThan(109_486_854 * 4 + 5 * student)
    const [one, two] = [16, 32].map((batchSize) => verdictOf('distill', PLENTY, { batchSize }).needed)
    const perBatch = two! - one!
    expect(verdictOf('distill', PLENTY, { batchSize: 64 }).needed).toBeCloseTo(two! + 2 * perBatch, -6)
  })

  test('texts are counted no longer than the positions of the model', () => {
    expect(verdictOf('distill', PLENTY, { maxLength: 4096 }).needed).toBe(
      verdictOf('distill', PLENTY, { maxLength: 512 }).needed,
    )
  })
})

describe('levers', () => {
  test('a fitting task has none', () => {
    expect(fitVerdicts(BASE, PLENTY).map(({ fits, levers }) => [fits, levers.length])).toEqual([
      [true, 0],
      [true, 0],
      [true, 0],
    ])
  })

  test('each one offered makes the task fit, and the next milder batch or length does not', () => {
    const budget = 3e9
    const { fits, levers } = verdictOf('distill', { ...PLENTY, budget })
    expect(fits).toBe(false)
    expect(levers.map(({ changes }) => Object.keys(changes)[0])).toContain('batch_size')
    for (const { changes, needed } of levers) {
      expect(needed).toBeLessThanOrEqual(budget)
      const { batch_size: batchSize, max_length: maxLength } = changes
      if (batchSize)
        expect(verdictOf('distill', PLENTY, { batchSize: batchSize * 2 }).needed).toBeGreaterThan(budget)
      if (maxLength)
        expect(verdictOf('distill', PLENTY, { maxLength: maxLength * 2 }).needed).toBeGreaterThan(budget)
    }
  })

  test('where no single one is enough, they are combined', () => {
    const { levers } = verdictOf('distill', { ...PLENTY, budget: 1.4e9 }, { batchSize: 64, maxLength: 512 })
    expect(levers).toHaveLength(1)
    expect(Object.keys(levers[0]!.changes)).toEqual([
      'hidden_weight',
      'batch_size',
      'max_length',
      'student_layers',
    ])
    expect(levers[0]!.needed).toBeLessThanOrEqual(1.4e9)
  })

  test('nothing helps against a tensor above the largest buffer', () => {
    const { fits, levers, largestTensor } = verdictOf('run', { budget: 1e15, tensorBytes: 64e6 })
    expect({ fits, levers }).toEqual({ fits: false, levers: [] })
    expect(largestTensor).toEqual({ name: 'embeddings.word', bytes: 93_763_584, limit: 64e6 })
  })
})

describe('against the ledger, on the sample model', () => {
  const settings = { batchSize: 32, maxLength: 32, studentLayers: [0, 2] }
  const text = new Uint32Array(settings.maxLength).fill(7)

  test.each([0, 0.5])(
    'the peak of a distillation with hidden weight %s is worked out to a fifth',
    async (hiddenWeight) => {
      const gpu = await testGpu()
      const checkpoint = await openCheckpoint(await readFolder(SAMPLE), (id) =>
        id === 'bert' ? bert : undefined,
      )
      const numbered = checkpoint.spec.layers.map((layer, source) => ({ ...layer, source }))
      const spec = { ...checkpoint.spec, layers: numbered }
      const peak = gpu.pool.watchPeak()
      const before = gpu.pool.ledger.now
      const teacher = await loadModel(gpu, { ...checkpoint, spec }, UNWATCHED)
      const student = createStudent(gpu, teacher, settings.studentLayers)
      const ids = Array.from({ length: 64 }, () => text)
      await train(
        {
          gpu,
          teacher,
          student,
          ids,
          labels: new Int32Array(64),
          watch: UNWATCHED,
          validate: async (model) => (await predict(gpu, model, ids, UNWATCHED))[0]!,
        },
        { ...TRAINING, hiddenWeight },
      )
      const measured = peak() - before
      const verdicts = fitVerdicts(spec, PLENTY, { ...settings, hiddenWeight })
      const { needed } = verdicts.find(({ task }) => task === 'distill')!
      process.stdout.write(`distill: ${needed} bytes worked out, ${measured} measured\n`)
      expect(Math.abs(needed / measured - 1)).toBeLessThan(0.2)
      releaseModel(gpu, student)
      releaseModel(gpu, teacher)
      expect(gpu.pool.ledger.now).toBe(before)
    },
  )

  test('the peak of an evaluation is worked out to a fifth', async () => {
    const gpu = await testGpu()
    const checkpoint = await openCheckpoint(await readFolder(SAMPLE), (id) =>
      id === 'bert' ? bert : undefined,
    )
    const peak = gpu.pool.watchPeak()
    const before = gpu.pool.ledger.now
    const model = await loadModel(gpu, checkpoint, UNWATCHED)
    await predict(
      gpu,
      model,
      Array.from({ length: 64 }, () => text),
      UNWATCHED,
    )
    const measured = peak() - before
    const [{ needed } = { needed: 0 }] = fitVerdicts(checkpoint.spec, PLENTY)
    process.stdout.write(`run: ${needed} bytes worked out, ${measured} measured\n`)
    expect(Math.abs(needed / measured - 1)).toBeLessThan(0.2)
    releaseModel(gpu, model)
  })
})

const TRAINING = {
  batchSize: 32,
  temperature: 4,
  kdWeight: 1,
  hardLabelWeight: 0.1,
  epochs: 1,
  learningRate: 1e-4,
  warmup: 0,
  weightDecay: 0.01,
  clipNorm: 1,
  seed: 0,
}
