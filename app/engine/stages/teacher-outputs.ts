// What the teacher says of the training texts, kept on the GPU where there is room, so that it reads each text only once.
import type { Gpu } from '../../../kernels/runtime/gpu.ts'
import type { Tensor } from '../../../kernels/runtime/tensor.ts'
import { type Batch, forward } from '../model/forward.ts'
import type { Model } from '../model/model.ts'
import { KeptRows } from './kept-rows.ts'

/** Of the texts of one batch; the caller releases the tensors. */
export interface TeacherBatch {
  /** [B, labels] */
  readonly logits: Tensor<'f32'>
  /** Layer outputs by the teacher's layer: [B · T, hidden] each. Rows of padding hold any finite values. */
  readonly hidden: ReadonlyMap<number, Tensor<'f32'>>
  /** The teacher was run for this batch. */
  readonly isNew: boolean
}

const OWNER = 'teacher outputs'
/** Key of the logits, which are one matrix. */
const LOGITS = 0
/** Bytes that are kept at most: what memory is left is other programs' too. */
const MOST_BYTES = 1e9

/** Outputs of a batch do not depend on the other texts in it, nor on padding: kept ones have the same bits as new ones. */
export class TeacherOutputs {
  readonly #gpu: Gpu
  readonly #teacher: Model
  /** Tokens of each text. */
  readonly #lengths: Uint32Array
  #logits: KeptRows | undefined
  #hidden: KeptRows | undefined

  /** @param ids token ids of the training texts */
  constructor(gpu: Gpu, teacher: Model, ids: readonly Uint32Array[]) {
    this.#gpu = gpu
    this.#teacher = teacher
    this.#lengths = Uint32Array.from(ids, ({ length }) => length)
  }

  /**
   * Takes memory for the logits and the outputs of `layers`, and gives back that of others. Where they need more than `room` bytes,
   * nothing is kept: the teacher then reads each batch anew.
   */
  prepare(layers: readonly number[], room: number): void {
    if (!this.#hidden || !isSame(this.#hidden.keys, layers)) {
      this.#hidden?.release()
      this.#hidden = undefined
    }
    if (this.#bytesLacking(layers) > Math.min(room, MOST_BYTES)) {
      this.release()
      return
    }
    const { hidden, labels } = this.#teacher.spec
    const kept = (counts: Uint32Array, cols: number, keys: readonly number[]) =>
      new KeptRows(this.#gpu, counts, { cols, keys, owner: OWNER })
    this.#logits ??= kept(
      this.#lengths.map(() => 1),
      labels.length,
      [LOGITS],
    )
    this.#hidden ??= kept(this.#lengths, hidden, layers)
  }

  /** Logits of the texts `rows`, which `batch` holds padded, and the outputs of `layers`: as kept, or made now. */
  of(rows: readonly number[], batch: Batch, layers: readonly number[]): TeacherBatch {
    const [logits, hidden] = [this.#logits, this.#hidden]
    if (logits?.hasAll(rows) && hidden?.hasAll(rows) && isSame(hidden.keys, layers))
      return { ...recall(rows, batch, { logits, hidden }), isNew: false }
    const made = forward(this.#gpu, this.#teacher, batch, { hidden: layers })
    logits?.put(rows, new Map([[LOGITS, made.logits]]), 1)
    hidden?.put(rows, made.hidden, batch.tokens)
    return { ...made, isNew: true }
  }

  release(): void {
    this.#logits?.release()
    this.#hidden?.release()
    this.#logits = undefined
    this.#hidden = undefined
  }

  #bytesLacking(layers: readonly number[]): number {
    const { hidden, labels } = this.#teacher.spec
    const tokens = this.#lengths.reduce((sum, length) => sum + length, 0)
    const ofHidden = this.#hidden ? 0 : layers.length * tokens * hidden
    const ofLogits = this.#logits ? 0 : this.#lengths.length * labels.length
    return 4 * (ofHidden + ofLogits)
  }
}

function recall(
  rows: readonly number[],
  { tokens }: Batch,
  { logits, hidden }: { logits: KeptRows; hidden: KeptRows },
): Pick<TeacherBatch, 'logits' | 'hidden'> {
  return {
    logits: logits.take(rows, 1, 'activations').get(LOGITS)!,
    hidden: hidden.take(rows, tokens, 'activations'),
  }
}

const isSame = (one: readonly number[], other: readonly number[]) =>
  one.length === other.length && one.every((key) => other.includes(key))
