// Training runs: the same bits from the same seed, resumed or paused or not; cancelling; divergence; data without labels.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Gpu } from '../../../kernels/runtime/gpu.ts'
import { read, type Tensor, write } from '../../../kernels/runtime/tensor.ts'
import { testGpu } from '../../../kernels/runtime/testing.ts'
import { deriveSeed, randomAt } from '../base/random.ts'
import { RunControl, UNWATCHED, type Watch, type Work } from '../base/watch.ts'
import { paddingShare, trainingBatches } from '../data/batches.ts'
import { openFixture } from '../fixtures/open-fixture.ts'
import { failureOf } from '../formats/testing.ts'
import { denseOf, type Model, releaseModel } from '../model/model.ts'
import { type Role, stepFlops } from '../model/spec.ts'
import { weightDigest } from '../testing.ts'
import type { TrainingCheckpoints, TrainingState } from './checkpoints.ts'
import { createStudent } from './distill.ts'
import type { TrainingSettings } from './schedule.ts'
import { TeacherOutputs } from './teacher-outputs.ts'
import { type TrainingInput, train } from './training.ts'

const SETTINGS: TrainingSettings = {
  temperature: 4,
  kdWeight: 1,
  hardLabelWeight: 0.1,
  hiddenWeight: 0.5,
  epochs: 2,
  batchSize: 8,
  learningRate: 1e-3,
  warmup: 0.1,
  weightDecay: 0.01,
  clipNorm: 1,
  seed: 7,
}
const TEXTS = 44
/** Six steps an epoch, the last one of 4 texts. */
const STEPS = 12

let gpu: Gpu
let teacher: Model
let before = 0
beforeAll(async () => {
  gpu = await testGpu()
  before = gpu.pool.ledger.now
  teacher = await openFixture(gpu, 'tiny-bert')
})
afterAll(() => {
  releaseModel(gpu, teacher)
  expect(gpu.pool.ledger.now, 'bytes given back').toBe(before)
})

/** Token ids below 120; 121 is left for a text of its own. */
const ids = Array.from({ length: TEXTS }, (_, row) =>
  Uint32Array.from({ length: 3 + ((row * 5) % 11) }, (_, at) => 5 + Math.floor(randomAt(row, at) * 115)),
)
const labels = Int32Array.from(ids, (_, row) => row % 5)
const student = () => createStudent(gpu, teacher, [0])

type Options = Partial<Omit<TrainingInput, 'gpu' | 'student'>>
function run(model: Model, options: Options = {}, settings: Partial<TrainingSettings> = {}) {
  const input = { gpu, teacher, ids, labels, watch: UNWATCHED, ...options, student: model }
  return train(input, { ...SETTINGS, ...settings })
}

/** Digest of the trained weights, and every loss by step. */
async function trained(options: Options = {}, settings: Partial<TrainingSettings> = {}) {
  const model = student()
  const losses: number[] = []
  const onLoss: TrainingInput['onLoss'] = (points) => {
    for (const { step, loss, validation } of points) if (validation === undefined) losses[step - 1] = loss
  }
  await run(model, { onLoss, ...options }, settings)
  const digest = await weightDigest(gpu, model)
  releaseModel(gpu, model)
  return { digest, losses }
}

/** A watch with switches that calls `onStep` after every step. */
function steered(onStep: (step: number, control: RunControl) => void) {
  const control = new RunControl()
  const watch: Watch = {
    checkpoint: () => control.checkpoint(),
    progress: (done, _, unit) => {
      if (unit === 'steps') onStep(done, control)
    },
  }
  return { watch, control }
}

/** Keeps the last state on the CPU and gives it back. */
function memoryCheckpoints(options: Pick<TrainingCheckpoints, 'everyMs' | 'onResume'> = {}) {
  let kept: (Omit<TrainingState, 'tensors'> & { values: Map<string, Float32Array<ArrayBuffer>> }) | undefined
  const saved: number[] = []
  const checkpoints: TrainingCheckpoints = {
    ...options,
    restore: async (tensors) => {
      if (!kept) return undefined
      for (const [name, tensor] of tensors) write(gpu, tensor, kept.values.get(name)!)
      return { step: kept.step, best: kept.best }
    },
    save: async ({ step, best, tensors }) => {
      const values = new Map<string, Float32Array<ArrayBuffer>>()
      for (const [name, tensor] of tensors) values.set(name, await read(gpu, tensor as Tensor<'f32'>))
      kept = { step, best, values }
      saved.push(step)
    },
  }
  return { checkpoints, saved }
}

test('a training tells its tokens without padding, and the operations of its padded steps', async () => {
  const told: Work[] = []
  const progress: Watch['progress'] = (_done, _total, _unit, work) => work && told.push(work)
  await trained({ watch: { ...UNWATCHED, progress }, roof: 1e10 })
  const lengths = ids.map((text) => text.length)
  const epochs = [0, 1].map((epoch) =>
    trainingBatches(lengths, {
      batchSize: SETTINGS.batchSize,
      seed: deriveSeed(SETTINGS.seed, 'batches'),
      epoch,
    }),
  )
  const flops = epochs.flat().map((rows) => {
    const tokens = Math.max(...rows.map((row) => lengths[row]!))
    const spec = { ...teacher.spec, layers: teacher.spec.layers.slice(0, 1) }
    return stepFlops({ student: spec, teacher: teacher.spec, batch: rows.length, tokens })
  })
  const sum = (values: number[]) => values.reduce((total, value) => total + value, 0)
  expect(told).toHaveLength(STEPS)
  expect(told.at(-1)).toMatchObject({ tokens: 2 * sum(lengths), flops: sum(flops), roof: 1e10 })
  expect(told.at(-1)!.paddingShare).toBe(paddingShare(lengths, epochs[1]!))
  expect(told.every(({ seconds }, i) => i === 0 || seconds > told[i - 1]!.seconds)).toBe(true)
})

describe('what the teacher says is kept', () => {
  /** Operations of each step, told by the meter. */
  async function trainedWith(room: number, settings: Partial<TrainingSettings>, layers: readonly number[]) {
    const outputs = new TeacherOutputs(gpu, teacher, ids)
    outputs.prepare(layers, room)
    const held = gpu.pool.ledger.byOwner.get('teacher outputs') ?? 0
    const told: number[] = []
    const progress: Watch['progress'] = (_done, _total, _unit, work) => work && told.push(work.flops)
    const result = await trained({ teacherOutputs: outputs, watch: { ...UNWATCHED, progress } }, settings)
    outputs.release()
    return { ...result, held, epochs: [told[STEPS / 2 - 1]!, told.at(-1)! - told[STEPS / 2 - 1]!] as const }
  }

  test.each([
    { hiddenWeight: 0.5, layers: [0] },
    { hiddenWeight: 0, layers: [] },
  ])('the same bits, and the teacher runs in the first epoch only: %o', async ({ hiddenWeight, layers }) => {
    const without = await trained({}, { hiddenWeight })
    const kept = await trainedWith(1e9, { hiddenWeight }, layers)
    expect({ digest: kept.digest, losses: kept.losses }).toEqual(without)
    expect(kept.held).toBeGreaterThan(0)
    expect(kept.epochs[1]).toBeLessThan(0.8 * kept.epochs[0])
  })

  test('without room nothing is held, and the teacher runs at every step', async () => {
    const { held, digest, epochs } = await trainedWith(1000, {}, [0])
    expect(held).toBe(0)
    expect(digest).toBe((await trained()).digest)
    expect(Math.abs(epochs[1] / epochs[0] - 1)).toBeLessThan(0.1)
  })

  test('memory of layers that are no longer asked for is given back', () => {
    const outputs = new TeacherOutputs(gpu, teacher, ids)
    const held = () => gpu.pool.ledger.byOwner.get('teacher outputs') ?? 0
    outputs.prepare([0, 1], 1e9)
    const two = held()
    outputs.prepare([1], 1e9)
    expect(held()).toBeLessThan(two)
    outputs.release()
    expect(held()).toBe(0)
  })
})

describe('the same seed', () => {
  test('gives the same bits, another one others', async () => {
    const first = await trained()
    expect(first.losses).toHaveLength(STEPS)
    expect(await trained()).toEqual(first)
    expect((await trained({}, { seed: 8 })).digest).not.toBe(first.digest)
  })

  test('gives the same bits when a stopped run goes on from its checkpoint', async () => {
    const validate = async () => 0.5
    const whole = await trained({ validate })
    const { checkpoints, saved } = memoryCheckpoints()
    const stopped = steered((step, control) => step === 8 && control.cancel())
    await trained({ validate, checkpoints, watch: stopped.watch })
    expect(saved, 'the last epoch’s end').toEqual([STEPS / 2])
    const resumed = await trained({ validate, checkpoints })
    expect(resumed.digest).toBe(whole.digest)
    expect(resumed.losses.slice(STEPS / 2)).toEqual(whole.losses.slice(STEPS / 2))
  })

  test.each([
    ['before the first validation', 2],
    ['between validations', 4],
    ['in the second epoch', 11],
  ])('gives the same bits when stopped in the middle of an epoch, %s', async (_, last) => {
    const scores = [0.5, 0.7, 0.7, 0.6]
    const scored = () => {
      const left = [...scores]
      return async () => left.shift()!
    }
    const whole = await trained({ validate: scored() })
    const told: number[][] = []
    const onResume = (step: number, steps: number) => told.push([step, steps])
    // Every step is saved, so that the last one before the stop is what training goes on from.
    const { checkpoints, saved } = memoryCheckpoints({ everyMs: 0, onResume })
    const stopped = steered((step, control) => step === last && control.cancel())
    const validate = scored()
    const model = student()
    await run(model, { validate, checkpoints, watch: stopped.watch }).catch(({ code }) =>
      expect(code).toBe('cancelled'),
    )
    releaseModel(gpu, model)
    expect(saved.at(-1)).toBe(last)
    expect(told).toEqual([])
    const resumed = await trained({ validate, checkpoints })
    expect(told).toEqual([[last, STEPS]])
    expect(resumed.digest).toBe(whole.digest)
    expect(resumed.losses.slice(last)).toEqual(whole.losses.slice(last))
  })

  test('is saved when the time has come, and at the ends of epochs', async () => {
    const often = memoryCheckpoints({ everyMs: 0 })
    await trained({ checkpoints: often.checkpoints })
    expect(often.saved).toEqual(Array.from({ length: STEPS }, (_, i) => i + 1))
    const seldom = memoryCheckpoints({ everyMs: 1e9 })
    await trained({ checkpoints: seldom.checkpoints })
    expect(seldom.saved).toEqual([STEPS / 2, STEPS])
  })

  test('gives the same bits after a pause, in which no step is taken', async () => {
    const whole = await trained()
    let latest = 0
    const { watch, control } = steered((step, switches) => {
      latest = step
      if (step === 5) switches.pause()
    })
    const running = trained({ watch })
    while (latest < 5) await new Promise((resolve) => setTimeout(resolve, 5))
    await new Promise((resolve) => setTimeout(resolve, 150))
    expect(latest).toBe(5)
    control.resume()
    expect((await running).digest).toBe(whole.digest)
    expect(latest).toBe(STEPS)
  })
})

describe('a step while paused', () => {
  test('is one training step, and the whole still gives the same bits', async () => {
    const whole = await trained()
    let latest = 0
    const { watch, control } = steered((step, switches) => {
      latest = step
      if (step === 2) switches.pause()
    })
    const running = trained({ watch })
    const until = async (step: number) => {
      while (latest < step) await new Promise((resolve) => setTimeout(resolve, 5))
      await new Promise((resolve) => setTimeout(resolve, 100))
      expect(latest).toBe(step)
    }
    await until(2)
    control.step()
    await until(3)
    control.step()
    control.step()
    await until(5)
    control.resume()
    expect((await running).digest).toBe(whole.digest)
  })
})

describe('cancelling', () => {
  test('keeps the weights that validated best and says so', async () => {
    const model = student()
    const digests: string[] = []
    const scores = [0.4, 0.9, 0.3]
    const validate = async (current: Model) => {
      digests.push(await weightDigest(gpu, current))
      return scores[digests.length - 1]!
    }
    const { watch } = steered((step, control) => step === 11 && control.cancel())
    expect(await run(model, { validate, watch })).toEqual({ steps: 11, cancelled: true })
    expect(digests).toHaveLength(3)
    expect(await weightDigest(gpu, model)).toBe(digests[1])
    releaseModel(gpu, model)
  })

  test('throws before the first validation, when there is no best yet', async () => {
    const model = student()
    const { watch } = steered((step, control) => step === 2 && control.cancel())
    const failure = await failureOf(() => run(model, { validate: async () => 1, watch }))
    expect(failure.code).toBe('cancelled')
    releaseModel(gpu, model)
  })

  test('throws without validation, also after going on from a checkpoint', async () => {
    const { checkpoints } = memoryCheckpoints()
    for (const last of [7, 9]) {
      const model = student()
      const { watch } = steered((step, control) => step === last && control.cancel())
      expect((await failureOf(() => run(model, { watch, checkpoints }))).code).toBe('cancelled')
      releaseModel(gpu, model)
    }
  })
})

describe('numbers that are not finite', () => {
  async function plant(model: Model, role: Role, index: number) {
    write(gpu, denseOf(model, role), Float32Array.of(Number.NaN), index)
    return weightDigest(gpu, model)
  }

  test('stop the run at the first step and change no weight', async () => {
    const model = student()
    const planted = await plant(model, 'pooler.bias', 3)
    const { code, message } = await failureOf(() => run(model))
    expect(code).toBe('training-diverged')
    expect(message).toContain('Step 1: the loss')
    expect(await weightDigest(gpu, model)).toBe(planted)
    releaseModel(gpu, model)
  })

  test('are laid to the step whose texts bring them in', async () => {
    const poisoned = ids.map((text, row) => (row === 17 ? Uint32Array.of(121, 9) : text))
    const lengths = poisoned.map(({ length }) => length)
    const step = batchOf(lengths, 17) + 1
    expect(step, 'not the first step').toBeGreaterThan(1)
    const model = student()
    await plant(model, 'embeddings.word', 121 * model.spec.hidden)
    const { message } = await failureOf(() => run(model, { ids: poisoned }))
    expect(message).toContain(`Step ${step}:`)
    releaseModel(gpu, model)
  })

  /** Batch of the first epoch that a row is in. */
  function batchOf(lengths: readonly number[], row: number): number {
    const seed = deriveSeed(SETTINGS.seed, 'batches')
    const batches = trainingBatches(lengths, { batchSize: SETTINGS.batchSize, seed, epoch: 0 })
    return batches.findIndex((rows) => rows.includes(row))
  }
})

describe('what a run learns from', () => {
  test.each([0, 0.5])('is the teacher alone without labels, with hidden weight %d', async (hiddenWeight) => {
    const unlabelled = new Int32Array(TEXTS).fill(-1)
    const settings = { hiddenWeight, epochs: 4 }
    const { losses } = await trained({ labels: unlabelled }, settings)
    const mean = (values: readonly number[]) => values.reduce((sum, x) => sum + x, 0) / values.length
    expect(mean(losses.slice(-6))).toBeLessThan(0.8 * mean(losses.slice(0, 6)))
    const labelled = await trained({}, { ...settings, hardLabelWeight: 0 })
    expect(labelled.losses, 'labels of weight 0 are no labels').toEqual(losses)
  })

  test('is the labels alone without a teacher', async () => {
    const { losses } = await trained({ teacher: undefined }, { hardLabelWeight: 1, epochs: 3 })
    expect(losses.at(-1)!).toBeLessThan(losses[0]!)
  })

  test('is validated in the middle and at the end of every epoch', async () => {
    const model = student()
    const steps: number[] = []
    const onLoss: TrainingInput['onLoss'] = (points) => {
      for (const { step, validation } of points) if (validation !== undefined) steps.push(step)
    }
    await run(model, { validate: async () => 0.5, onLoss })
    expect(steps).toEqual([3, 6, 9, 12])
    releaseModel(gpu, model)
  })
})
