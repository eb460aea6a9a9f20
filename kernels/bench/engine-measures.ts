// Our own engine at work, measured where no rival has the like: first step, steady steps, an epoch, INT8 beside F32.
import { UNWATCHED, type Work } from '../../app/engine/base/watch.ts'
import { forward, releaseBatch, releaseSaved, uploadBatch } from '../../app/engine/model/forward.ts'
import { releaseModel } from '../../app/engine/model/model.ts'
import { FLOAT_FORMAT, type ModelSpec, modelBytes } from '../../app/engine/model/spec.ts'
import w8a8 from '../../app/engine/schemes/w8a8-dynamic.scheme.ts'
import { createStudent } from '../../app/engine/stages/distill.ts'
import { quantize } from '../../app/engine/stages/quantize.ts'
import { TeacherOutputs } from '../../app/engine/stages/teacher-outputs.ts'
import { train } from '../../app/engine/stages/training.ts'
import { type Gpu, requestGpu } from '../runtime/gpu.ts'
import { release } from '../runtime/tensor.ts'
import { randomFloats } from './check.ts'
import type { BenchHost } from './contender.ts'
import { prepareStep, uploadModel } from './contenders/decant-model.ts'
import { bertSpec, randomIds, randomModel } from './models.ts'
import type { StepTask } from './task.ts'

/** A batch of texts for a student. */
export interface StepShape {
  readonly spec: ModelSpec
  readonly batch: number
  readonly tokens: number
}

export const studentSpec = (vocabulary: number, layers = 3): ModelSpec =>
  bertSpec({ layers, hidden: 384, vocabulary, labels: 77, tokenTypes: 2 })

function stepTask({ spec, batch, tokens }: StepShape): StepTask {
  const model = randomModel(spec, 12)
  const teacherLogits = randomFloats(batch * spec.labels.length, 13)
  const ids = randomIds(spec, batch, tokens)
  return {
    kind: 'training-step',
    model,
    ids,
    batch,
    tokens,
    teacherLogits,
    temperature: 2,
    learningRate: 1e-4,
  }
}

async function onDevice<T>({ gpu: api }: BenchHost, use: (gpu: Gpu) => Promise<T>): Promise<T> {
  const gpu = await requestGpu(api)
  try {
    return await use(gpu)
  } finally {
    gpu.destroy()
  }
}

/** Milliseconds of the first training step on a device that has compiled nothing yet. The model is on it already. */
export function firstStep(host: BenchHost, shape: StepShape): Promise<number> {
  return onDevice(host, async (gpu) => {
    const step = await prepareStep(gpu, stepTask(shape))
    await gpu.finish()
    const from = performance.now()
    await step.run()
    await step.wait()
    return performance.now() - from
  })
}

export interface SteadySteps {
  /** Milliseconds of all steps, one after the other. */
  readonly wallMs: number
  /** Milliseconds of each submission, from its start on the GPU to its end. */
  readonly submissionMs: readonly number[]
}

/** Steps as a training makes them: the next one is encoded while the GPU works. The first ones, which compile, are left out. */
export function steadySteps(host: BenchHost, shape: StepShape, count: number): Promise<SteadySteps> {
  return onDevice(host, async (gpu) => {
    const step = await prepareStep(gpu, stepTask(shape))
    const run = async (times: number) => {
      for (let i = 0; i < times; i++) await gpu.scope(() => step.run())
      await gpu.finish()
    }
    await run(3)
    const submissionMs = gpu.watchSubmissions()
    const from = performance.now()
    await run(count)
    return { wallMs: performance.now() - from, submissionMs: submissionMs() }
  })
}

/** Dispatches of one encoder layer: of a pass forward, and of a whole step. */
export async function dispatchesPerLayer(host: BenchHost): Promise<{ forward: number; step: number }> {
  const [one, two] = [await dispatches(host, 1), await dispatches(host, 2)]
  return { forward: two.forward - one.forward, step: two.step - one.step }
}

function dispatches(host: BenchHost, layers: number): Promise<{ forward: number; step: number }> {
  return onDevice(host, async (gpu) => {
    let count = 0
    const dispatch = gpu.dispatch.bind(gpu)
    gpu.dispatch = (one) => {
      count += one.kernel.name.startsWith('adamw') || one.kernel.name.startsWith('reduce') ? 0 : 1
      dispatch(one)
    }
    const task = stepTask({ spec: studentSpec(64, layers), batch: 1, tokens: 16 })
    const { model, batch } = await passInputs(gpu, task)
    release(gpu, forward(gpu, model, batch).logits)
    const ofForward = count
    const step = await prepareStep(gpu, task)
    count = 0
    await step.run()
    await gpu.finish()
    return { forward: ofForward, step: count }
  })
}

async function passInputs(gpu: Gpu, { model, ids, batch, tokens }: StepTask) {
  return {
    model: await uploadModel(gpu, model),
    batch: uploadBatch(gpu, { ids, mask: new Uint32Array(ids.length).fill(1), batch, tokens }),
  }
}

/** Most bytes held in a step over what it cannot do without: weights, gradients, two moments, and what backward needs of forward. */
export function peakOverLowerBound(host: BenchHost, shape: StepShape): Promise<number> {
  return onDevice(host, async (gpu) => {
    const task = stepTask(shape)
    const { model, batch } = await passInputs(gpu, task)
    const before = gpu.pool.ledger.now
    const { logits, saved } = forward(gpu, model, batch, { save: true })
    const activations = gpu.pool.ledger.now - before
    releaseSaved(gpu, saved!)
    release(gpu, logits)
    releaseBatch(gpu, batch)
    releaseModel(gpu, model)
    await gpu.finish()
    const empty = gpu.pool.ledger.now
    const step = await prepareStep(gpu, task)
    const peak = gpu.pool.watchPeak()
    await gpu.scope(() => step.run())
    return (peak() - empty) / (4 * modelBytes(shape.spec, FLOAT_FORMAT) + activations)
  })
}

/** An epoch of distillation from a teacher of twice the layers, texts of 4 to 28 tokens, hidden states compared. */
export function epoch(
  host: BenchHost,
  { teacher: spec, texts }: { teacher: ModelSpec; texts: number },
): Promise<Work> {
  return onDevice(host, async (gpu) => {
    const teacher = await uploadModel(gpu, randomModel(spec, 12))
    const student = createStudent(gpu, teacher, [])
    const ids = Array.from({ length: texts }, (_, i) => randomIds(spec, 1, 4 + ((i * 7) % 25)))
    const teacherOutputs = new TeacherOutputs(gpu, teacher, ids)
    let work: Work | undefined
    const progress = (_done: number, _total: number, _unit: string, made?: Work) => {
      work = made ?? work
    }
    const watch = { ...UNWATCHED, progress }
    const labels = new Int32Array(texts).fill(-1)
    await train({ gpu, teacher, teacherOutputs, student, ids, labels, watch }, ONE_EPOCH)
    return work!
  })
}

const ONE_EPOCH = {
  temperature: 4,
  kdWeight: 1,
  hardLabelWeight: 0,
  hiddenWeight: 0.5,
  epochs: 1,
  batchSize: 32,
  learningRate: 1e-4,
  warmup: 0.06,
  weightDecay: 0.01,
  clipNorm: 1,
  seed: 0,
}

/** Milliseconds of inference in F32 and in INT8, in turn, a sample each round. */
export function int8BesideF32(
  host: BenchHost,
  shape: StepShape,
  rounds: number,
): Promise<{ f32: number[]; int8: number[] }> {
  return onDevice(host, async (gpu) => {
    const { model, batch } = await passInputs(gpu, stepTask(shape))
    const settings = { scheme: w8a8, groupSize: 64, embeddings: 'INT8', ignore: [] } as const
    const quantized = await quantize(gpu, model, settings)
    const time = async (subject: typeof model) => {
      const from = performance.now()
      release(gpu, forward(gpu, subject, batch).logits)
      await gpu.finish()
      return performance.now() - from
    }
    const times = { f32: [] as number[], int8: [] as number[] }
    for (let round = -1; round < rounds; round++) {
      const [f32, int8] = [await time(model), await time(quantized)]
      if (round < 0) continue
      times.f32.push(f32)
      times.int8.push(int8)
    }
    return times
  })
}
