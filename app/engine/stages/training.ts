// Trains a student on a teacher's outputs: steps, loss log, validation, pause, cancel and resumable state.
import type { Gpu } from '../../../kernels/runtime/gpu.ts'
import { createTensor, read, release, type Tensor } from '../../../kernels/runtime/tensor.ts'
import { StudioError } from '../base/errors.ts'
import { deriveSeed } from '../base/random.ts'
import type { Watch } from '../base/watch.ts'
import { paddingShare, trainingBatches } from '../data/batches.ts'
import { releaseBatch } from '../model/forward.ts'
import { copyWeights, denseOf, type Model } from '../model/model.ts'
import { CHECKPOINT_EVERY_MS, type TrainingCheckpoints } from './checkpoints.ts'
import { distillationStep } from './distillation-loss.ts'
import { LossLog } from './loss-log.ts'
import { createTrainable, optimizerStep, releaseTrainable, type Trainable } from './optimizer.ts'
import { learningRateAt, type TrainingSettings } from './schedule.ts'
import type { TeacherOutputs } from './teacher-outputs.ts'
import { type TrainingBatch, trainingBatch } from './training-batch.ts'
import { TrainingMeter } from './training-meter.ts'

export interface TrainingInput {
  readonly gpu: Gpu
  /** Absent when training from labels alone. */
  readonly teacher?: Model | undefined
  /** Keeps what it says, the caller's; without it the teacher runs beside the student at every step. */
  readonly teacherOutputs?: TeacherOutputs | undefined
  /** Receives the weights of the best validation while training and the last ones at its end; it stays the caller's. */
  readonly student: Model
  /** Token ids and labels (-1: none) of the training texts. */
  readonly ids: readonly Uint32Array[]
  readonly labels: Int32Array
  readonly watch: Watch
  /** FLOP/s that the adapter does at most, where it was measured: rates are told as a share of it. */
  readonly roof?: number
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

class TrainingRun {
  readonly #input: TrainingInput
  readonly #settings: TrainingSettings
  readonly #trainable: Trainable
  readonly #norm: Tensor<'f32'>
  readonly #loss: Tensor<'f32'>
  readonly #log: LossLog
  readonly #meter: TrainingMeter
  #bestScore = Number.NEGATIVE_INFINITY
  #step = 0
  #lastSave = performance.now()

  private constructor(input: TrainingInput, settings: TrainingSettings) {
    const { gpu, student } = input
    this.#input = input
    this.#settings = settings
    this.#trainable = createTrainable(gpu, student)
    this.#norm = createTensor(gpu, 'f32', [2], 'losses')
    this.#loss = createTensor(gpu, 'f32', [2], 'losses')
    this.#log = new LossLog(gpu)
    this.#meter = new TrainingMeter(input.roof)
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
        this.#meter.paddingShare = paddingShare(lengths, batches)
        for (const rows of batches.slice(this.#step - epoch * stepsPerEpoch)) {
          await this.#meter.aside(() => watch.checkpoint())
          await this.#runStep(rows, steps)
          watch.progress(this.#step, steps, 'steps', this.#meter.work)
          await this.#afterStep(stepsPerEpoch)
        }
      }
      await this.#readLog()
      await this.#input.gpu.scope(() => this.#keepWeights())
      return { steps, cancelled: false }
    } catch (error) {
      if (!this.#canKeepBest(error)) throw error
      return { steps: this.#step, cancelled: true }
    }
  }

  release(): void {
    const { gpu } = this.#input
    release(gpu, this.#norm, this.#loss)
    this.#log.release()
    releaseTrainable(gpu, this.#trainable)
  }

  async #runStep(rows: readonly number[], steps: number): Promise<void> {
    const { gpu } = this.#input
    const { model, gradients } = this.#trainable
    const learningRate = learningRateAt(this.#step, steps, this.#settings)
    await gpu.scope(() => {
      const data = trainingBatch(this.#input, this.#settings, rows)
      this.#count(data)
      distillationStep(gpu, model, data, {
        weights: this.#settings,
        gradients: gradients.tensors,
        lossOut: this.#loss,
      })
      const { weightDecay, clipNorm } = this.#settings
      const settings = { step: this.#step + 1, learningRate, weightDecay, clipNorm }
      optimizerStep(gpu, this.#trainable, this.#norm, settings)
      this.#log.note(this.#step + 1, { loss: this.#loss, norm: this.#norm })
      release(gpu, data.teacherLogits, ...data.teacherHidden.values())
      releaseBatch(gpu, data.batch)
    })
    this.#step += 1
  }

  #count({ batch: { batch, tokens: padded }, tokens, isTaughtAnew }: TrainingBatch): void {
    const { student, teacher } = this.#input
    const taughtBy = isTaughtAnew ? teacher?.spec : undefined
    this.#meter.step(tokens, { student: student.spec, teacher: taughtBy, batch, tokens: padded })
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
    const { validate, onLoss } = this.#input
    if (!validate) return
    const lastLoss = await this.#lastLoss()
    await this.#readLog()
    const validation = await this.#meter.aside(() => validate(this.#trainable.model))
    onLoss?.([{ step: this.#step, loss: lastLoss, validation }])
    if (validation < this.#bestScore) return
    this.#bestScore = validation
    this.#keepWeights()
  }

  #keepWeights(): void {
    copyWeights(this.#input.gpu, this.#trainable.model, this.#input.student)
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
    await this.#meter.aside(async () =>
      this.#input.checkpoints?.save({
        step: this.#step,
        best: this.#bestScore,
        tensors: this.#tensors(),
      }),
    )
    this.#lastSave = performance.now()
  }

  #canKeepBest(error: unknown): boolean {
    return error instanceof StudioError && error.code === 'cancelled' && Number.isFinite(this.#bestScore)
  }

  /** The caller's student is the best so far; before the first validation it is what it was at the start. */
  #tensors(): Map<string, Tensor<'f32'>> {
    const { validate, student } = this.#input
    const { parameters, momentum, variance } = this.#trainable
    const roles = validate ? [...student.weights.keys()] : []
    const best = roles.map((role) => [role, denseOf(student, role)] as const)
    const purposes = {
      parameter: parameters.tensors,
      momentum: momentum.tensors,
      variance: variance.tensors,
      best,
    }
    return new Map(
      Object.entries(purposes).flatMap(([purpose, entries]) =>
        [...entries].map(([role, tensor]): [string, Tensor<'f32'>] => [`${purpose}.${role}`, tensor]),
      ),
    )
  }
}
