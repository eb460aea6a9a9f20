// Trains a student on a teacher's outputs: steps, loss log, validation, pause, cancel and resumable state.
import { gatherRows } from '../../../kernels/gather/gather.ts'
import type { Gpu } from '../../../kernels/runtime/gpu.ts'
import {
  copyElements,
  createTensor,
  elementCount,
  read,
  release,
  type Tensor,
  upload,
  zeros,
} from '../../../kernels/runtime/tensor.ts'
import { StudioError } from '../base/errors.ts'
import { deriveSeed } from '../base/random.ts'
import type { Watch } from '../base/watch.ts'
import { padBatch, trainingBatches } from '../data/batches.ts'
import { createGradients, type Gradients } from '../model/backward.ts'
import { type Batch, forward, releaseBatch, uploadBatch } from '../model/forward.ts'
import { denseOf, type Model } from '../model/model.ts'
import { type Role, roleShapes } from '../model/spec.ts'
import { CHECKPOINT_EVERY_MS, type TrainingCheckpoints } from './checkpoints.ts'
import { type DistillationBatch, distillationStep } from './distillation-loss.ts'
import { LossLog } from './loss-log.ts'
import { createOptimizer, type OptimizerState, optimizerStep, releaseOptimizer } from './optimizer.ts'
import { learningRateAt, type TrainingSettings } from './schedule.ts'

export interface TrainingInput {
  readonly gpu: Gpu
  /** Absent when training from labels alone. */
  readonly teacher?: Model | undefined
  /** Its logits of the training texts [texts, labels], the caller's; without them it runs beside the student at every step. */
  readonly teacherLogits?: Tensor<'f32'> | undefined
  /** Changed in place; it stays the caller's. */
  readonly student: Model
  /** Token ids and labels (-1: none) of the training texts. */
  readonly ids: readonly Uint32Array[]
  readonly labels: Int32Array
  readonly watch: Watch
  /** Share of validation rows right (or agreeing with the teacher, without labels). Called while training. */
  readonly validate?: (student: Model) => Promise<number>
  readonly onLoss?: (points: readonly { step: number; loss: number; validation?: number }[]) => void
  readonly checkpoints?: TrainingCheckpoints
}

export interface TrainingResult {
  readonly steps: number
  /** The run was cancelled; the student holds the weights that validated best. */
  readonly cancelled: boolean
}

const VALIDATIONS_PER_EPOCH = 2

/**
 * @throws StudioError `training-diverged` at the first step whose loss or gradient is not finite; `cancelled` when cancelled
 * before the first validation.
 */
export async function train(input: TrainingInput, settings: TrainingSettings): Promise<TrainingResult> {
  const run = await TrainingRun.start(input, settings)
  try {
    return await run.finish()
  } finally {
    run.release()
  }
}

/** Student layer → teacher layer that it came from. */
export function matchedLayers(student: Model, teacher: Model): Map<number, number> {
  const bySource = new Map(teacher.spec.layers.map(({ source }, index) => [source, index]))
  return new Map(
    student.spec.layers.flatMap(({ source }, index): [number, number][] => {
      const match = bySource.get(source)
      return match === undefined ? [] : [[index, match]]
    }),
  )
}

class TrainingRun {
  readonly #input: TrainingInput
  readonly #settings: TrainingSettings
  readonly #gradients: Gradients
  readonly #optimizer: OptimizerState
  readonly #norm: Tensor<'f32'>
  readonly #loss: Tensor<'f32'>
  readonly #log: LossLog
  readonly #best: Map<string, Tensor<'f32'>>
  #bestScore = Number.NEGATIVE_INFINITY
  #step = 0
  #lastSave = performance.now()

  private constructor(input: TrainingInput, settings: TrainingSettings) {
    const { gpu, student } = input
    this.#input = input
    this.#settings = settings
    this.#gradients = createGradients(gpu, student)
    this.#optimizer = createOptimizer(gpu, student)
    this.#norm = createTensor(gpu, 'f32', [2], 'losses')
    this.#loss = createTensor(gpu, 'f32', [2], 'losses')
    this.#log = new LossLog(gpu)
    this.#best = input.validate ? copies(gpu, student) : new Map()
  }

  static async start(input: TrainingInput, settings: TrainingSettings): Promise<TrainingRun> {
    const run = new TrainingRun(input, settings)
    try {
      const restored = await input.checkpoints?.restore(run.#tensors())
      if (restored) {
        run.#step = restored.step
        run.#bestScore = restored.best
      }
      return run
    } catch (error) {
      run.release()
      throw error
    }
  }

  async finish(): Promise<TrainingResult> {
    const { ids, watch } = this.#input
    const { batchSize, epochs } = this.#settings
    const lengths = ids.map((text) => text.length)
    const stepsPerEpoch = Math.ceil(ids.length / batchSize)
    const steps = stepsPerEpoch * epochs
    if (this.#step > 0) this.#input.checkpoints?.onResume?.(this.#step, steps)
    this.#lastSave = performance.now()
    try {
      for (let epoch = Math.floor(this.#step / stepsPerEpoch); epoch < epochs; epoch++) {
        const seed = deriveSeed(this.#settings.seed, 'batches')
        const batches = trainingBatches(lengths, { batchSize, seed, epoch })
        for (const rows of batches.slice(this.#step - epoch * stepsPerEpoch)) {
          await watch.checkpoint()
          await this.#runStep(rows, steps)
          watch.progress(this.#step, steps, 'steps')
          await this.#afterStep(stepsPerEpoch)
        }
      }
      await this.#readLog()
      return { steps, cancelled: false }
    } catch (error) {
      if (!this.#canKeepBest(error)) throw error
      await this.#restoreBest()
      return { steps: this.#step, cancelled: true }
    }
  }

  release(): void {
    const { gpu } = this.#input
    release(gpu, ...this.#gradients.values(), this.#norm, this.#loss)
    this.#log.release()
    release(gpu, ...this.#best.values())
    releaseOptimizer(gpu, this.#optimizer)
  }

  async #runStep(rows: readonly number[], steps: number): Promise<void> {
    const { gpu, student } = this.#input
    const learningRate = learningRateAt(this.#step, steps, this.#settings)
    await gpu.scope(() => {
      const data = this.#batch(rows)
      distillationStep(gpu, student, data, {
        weights: this.#settings,
        gradients: this.#gradients,
        lossOut: this.#loss,
      })
      const { weightDecay, clipNorm } = this.#settings
      optimizerStep(
        gpu,
        student,
        { state: this.#optimizer, gradients: this.#gradients, norm: this.#norm },
        { step: this.#step + 1, learningRate, weightDecay, clipNorm },
      )
      this.#log.note(this.#step + 1, { loss: this.#loss, norm: this.#norm })
      release(gpu, data.teacherLogits, ...data.teacherHidden.values())
      releaseBatch(gpu, data.batch)
    })
    this.#step += 1
  }

  #batch(rows: readonly number[]): DistillationBatch {
    const { gpu, ids, labels } = this.#input
    const texts = rows.map((row) => ids[row]!)
    const padded = padBatch(texts)
    const batch = uploadBatch(gpu, padded)
    return {
      batch,
      ids: padded.ids,
      labels: Int32Array.from(rows, (row) => labels[row]!),
      tokens: texts.reduce((sum, text) => sum + text.length, 0),
      ...this.#teacherOutputs(rows, batch),
    }
  }

  #teacherOutputs(
    rows: readonly number[],
    batch: Batch,
  ): Pick<DistillationBatch, 'teacherLogits' | 'teacherHidden'> {
    const { gpu, teacher, teacherLogits, student } = this.#input
    if (!teacher) return { teacherHidden: new Map() }
    if (teacherLogits && this.#settings.hiddenWeight === 0)
      return { teacherLogits: this.#rowsOf(teacherLogits, rows), teacherHidden: new Map() }
    const matched = matchedLayers(student, teacher)
    const { logits, hidden } = forward(gpu, teacher, batch, { hidden: [...matched.values()] })
    const teacherHidden = new Map([...matched].map(([layer, from]) => [layer, hidden.get(from)!]))
    return { teacherLogits: logits, teacherHidden }
  }

  #rowsOf(logits: Tensor<'f32'>, rows: readonly number[]): Tensor<'f32'> {
    const { gpu, student } = this.#input
    const cols = student.spec.labels.length
    const indices = upload(gpu, 'u32', Uint32Array.from(rows), { owner: 'activations' })
    const out = createTensor(gpu, 'f32', [rows.length, cols], 'activations')
    gatherRows(gpu, { x: logits, indices, out }, { rows: rows.length, cols })
    release(gpu, indices)
    return out
  }

  async #afterStep(stepsPerEpoch: number): Promise<void> {
    if (this.#log.isDue) await this.#readLog()
    const every = Math.ceil(stepsPerEpoch / VALIDATIONS_PER_EPOCH)
    const inEpoch = this.#step % stepsPerEpoch
    if (inEpoch === 0 || (inEpoch % every === 0 && stepsPerEpoch - inEpoch > every / 2))
      await this.#validate()
    if (inEpoch === 0 || this.#isSaveDue) await this.#saveCheckpoint()
  }

  /** @throws StudioError `training-diverged` */
  async #readLog(): Promise<void> {
    const points = await this.#log.take()
    if (points.length > 0) this.#input.onLoss?.(points)
  }

  async #validate(): Promise<void> {
    const { validate, gpu, student, onLoss } = this.#input
    if (!validate) return
    const lastLoss = await this.#lastLoss()
    await this.#readLog()
    const validation = await validate(student)
    onLoss?.([{ step: this.#step, loss: lastLoss, validation }])
    if (validation < this.#bestScore) return
    this.#bestScore = validation
    for (const [name, tensor] of this.#best)
      copyElements(gpu, { tensor: denseOf(student, name as Role) }, { tensor }, elementCount(tensor.shape))
  }

  async #lastLoss(): Promise<number> {
    return (await read(this.#input.gpu, this.#loss))[0]!
  }

  get #isSaveDue(): boolean {
    const everyMs = this.#input.checkpoints?.everyMs ?? CHECKPOINT_EVERY_MS
    return performance.now() - this.#lastSave >= everyMs
  }

  async #saveCheckpoint(): Promise<void> {
    // Read first: a state with numbers that are not finite is never saved.
    await this.#readLog()
    await this.#input.checkpoints?.save({
      step: this.#step,
      best: this.#bestScore,
      tensors: this.#tensors(),
    })
    this.#lastSave = performance.now()
  }

  #canKeepBest(error: unknown): boolean {
    return error instanceof StudioError && error.code === 'cancelled' && Number.isFinite(this.#bestScore)
  }

  async #restoreBest(): Promise<void> {
    const { gpu, student } = this.#input
    await gpu.scope(() => {
      for (const [name, tensor] of this.#best)
        copyElements(gpu, { tensor }, { tensor: denseOf(student, name as Role) }, elementCount(tensor.shape))
    })
  }

  #tensors(): Map<string, Tensor<'f32'>> {
    const { student } = this.#input
    const named = (purpose: string, entries: Iterable<readonly [string, Tensor<'f32'>]>) =>
      [...entries].map(([name, tensor]): [string, Tensor<'f32'>] => [`${purpose}.${name}`, tensor])
    const parameters = [...roleShapes(student.spec).keys()].map((role): [string, Tensor<'f32'>] => [
      role,
      denseOf(student, role),
    ])
    return new Map([
      ...named('parameter', parameters),
      ...named('momentum', this.#optimizer.momentum),
      ...named('variance', this.#optimizer.variance),
      ...named('best', this.#best),
    ])
  }
}

/** Zeros at first: a checkpoint before the first validation holds them too, and must hold numbers. */
function copies(gpu: Gpu, model: Model): Map<string, Tensor<'f32'>> {
  return new Map(
    [...roleShapes(model.spec)].map(([role, shape]) => [role, zeros(gpu, 'f32', shape, 'best weights')]),
  )
}
