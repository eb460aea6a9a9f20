// Losses and gradient norms of the last steps, kept on the GPU and read back a few times a second.
import type { Gpu } from '../../../kernels/runtime/gpu.ts'
import { copyElements, createTensor, read, release, type Tensor } from '../../../kernels/runtime/tensor.ts'
import { StudioError } from '../base/errors.ts'

const CAPACITY = 16
const LEAST_INTERVAL_MS = 500

export class LossLog {
  readonly #gpu: Gpu
  /** [CAPACITY, 4]: loss, its flag, gradient norm, its flag. */
  readonly #values: Tensor<'f32'>
  #first = 0
  #count = 0
  #lastRead = performance.now()

  constructor(gpu: Gpu) {
    this.#gpu = gpu
    this.#values = createTensor(gpu, 'f32', [CAPACITY, 4], 'losses')
  }

  /** Notes a step: `loss` and `norm` [2] each, the value and 1 where it is not finite. Steps follow each other. */
  note(step: number, { loss, norm }: { loss: Tensor<'f32'>; norm: Tensor<'f32'> }): void {
    if (this.#count === 0) this.#first = step
    const at = this.#count * 4
    copyElements(this.#gpu, { tensor: loss }, { tensor: this.#values, offset: at }, 2)
    copyElements(this.#gpu, { tensor: norm }, { tensor: this.#values, offset: at + 2 }, 2)
    this.#count += 1
  }

  get isDue(): boolean {
    return this.#count === CAPACITY || performance.now() - this.#lastRead > LEAST_INTERVAL_MS
  }

  /** The losses noted since the last time. @throws StudioError `training-diverged` at a step that is not finite */
  async take(): Promise<{ step: number; loss: number }[]> {
    this.#lastRead = performance.now()
    if (this.#count === 0) return []
    const values = await read(this.#gpu, this.#values)
    const points = Array.from({ length: this.#count }, (_, i) => {
      const [loss = 0, lossFlag, , normFlag] = values.subarray(i * 4, i * 4 + 4)
      const step = this.#first + i
      if (lossFlag !== 0 || normFlag !== 0) throw divergedAt(step, lossFlag !== 0 ? 'loss' : 'gradient')
      return { step, loss }
    })
    this.#count = 0
    return points
  }

  release(): void {
    release(this.#gpu, this.#values)
  }
}

function divergedAt(step: number, what: string): StudioError {
  return new StudioError(
    'training-diverged',
    `Step ${step}: the ${what} is not a finite number. Training was stopped.`,
  )
}
