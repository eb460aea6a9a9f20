// What the teacher says of the training texts, kept on the GPU where there is room, so that it reads each text only once.
import { gatherRows } from '../../../kernels/gather/gather.ts'
import type { Gpu } from '../../../kernels/runtime/gpu.ts'
import {
  copyElements,
  createTensor,
  release,
  type Tensor,
  tensorBytes,
  upload,
} from '../../../kernels/runtime/tensor.ts'
import { type Batch, forward } from '../model/forward.ts'
import type { Model } from '../model/model.ts'

/** Of the texts of one batch; the caller releases the tensors. */
export interface TeacherBatch {
  /** [B, labels] */
  readonly logits: Tensor<'f32'>
  /** Layer outputs by the teacher's layer: [B · T, hidden] each. Rows of padding hold any finite values. */
  readonly hidden: ReadonlyMap<number, Tensor<'f32'>>
  /** The teacher was run for this batch. */
  readonly isNew: boolean
}

/** Rows of one output for all texts, and which texts have theirs. */
interface Kept {
  readonly tensor: Tensor<'f32'>
  readonly has: Uint8Array
}

const OWNER = 'teacher outputs'
/** Bytes that are kept at most: what memory is left is other programs' too. */
const MOST_BYTES = 1e9

/** Outputs of a batch do not depend on the other texts in it, nor on padding: kept ones have the same bits as new ones. */
export class TeacherOutputs {
  readonly #gpu: Gpu
  readonly #teacher: Model
  readonly #ids: readonly Uint32Array[]
  /** Tokens of all texts before each one; at the end, of all. */
  readonly #starts: Uint32Array
  #logits: Kept | undefined
  readonly #hidden = new Map<number, Kept>()

  /** @param ids token ids of the training texts */
  constructor(gpu: Gpu, teacher: Model, ids: readonly Uint32Array[]) {
    this.#gpu = gpu
    this.#teacher = teacher
    this.#ids = ids
    this.#starts = new Uint32Array(ids.length + 1)
    ids.forEach((text, row) => {
      this.#starts[row + 1] = this.#starts[row]! + text.length
    })
  }

  /**
   * Takes memory for the logits and the outputs of `layers`, and gives back that of other layers. Where they need more than `room`
   * bytes, nothing is kept: the teacher then reads each batch anew.
   */
  prepare(layers: readonly number[], room: number): void {
    for (const [layer, { tensor }] of this.#hidden)
      if (!layers.includes(layer)) {
        release(this.#gpu, tensor)
        this.#hidden.delete(layer)
      }
    if (!this.#fits(layers, Math.min(room, MOST_BYTES))) {
      this.release()
      return
    }
    const { hidden, labels } = this.#teacher.spec
    this.#logits ??= this.#keeper(this.#ids.length, labels.length)
    for (const layer of layers)
      if (!this.#hidden.has(layer)) this.#hidden.set(layer, this.#keeper(this.#tokens, hidden))
  }

  /** Logits of the texts `rows`, which `batch` holds padded, and the outputs of `layers`: as kept, or made now. */
  of(rows: readonly number[], batch: Batch, layers: readonly number[]): TeacherBatch {
    const kept = [this.#logits, ...layers.map((layer) => this.#hidden.get(layer))]
    if (kept.every((one) => one && rows.every((row) => one.has[row])))
      return this.#recall(rows, batch, layers)
    const made = forward(this.#gpu, this.#teacher, batch, { hidden: layers })
    this.#keep(rows, batch, made)
    return { logits: made.logits, hidden: made.hidden, isNew: true }
  }

  release(): void {
    release(this.#gpu, this.#logits?.tensor, ...[...this.#hidden.values()].map(({ tensor }) => tensor))
    this.#logits = undefined
    this.#hidden.clear()
  }

  get #tokens(): number {
    return this.#starts.at(-1)!
  }

  #fits(layers: readonly number[], room: number): boolean {
    const { hidden, labels } = this.#teacher.spec
    const bytes = [this.#ids.length * labels.length * 4, ...layers.map(() => this.#tokens * hidden * 4)]
    const { maxBufferSize, maxStorageBufferBindingSize } = this.#gpu.device.limits
    const largest = Math.min(maxBufferSize, maxStorageBufferBindingSize)
    const held = [this.#logits, ...this.#hidden.values()].map((one) => (one ? tensorBytes(one.tensor) : 0))
    const more = sum(bytes) - sum(held)
    return bytes.every((one) => one <= largest) && more <= room
  }

  #keeper(rows: number, cols: number): Kept {
    return {
      tensor: createTensor(this.#gpu, 'f32', [rows, cols], OWNER),
      has: new Uint8Array(this.#ids.length),
    }
  }

  #keep(rows: readonly number[], { tokens }: Batch, made: Pick<TeacherBatch, 'logits' | 'hidden'>): void {
    this.#copy(made.logits, this.#logits, rows, (row, i) => ({ from: i, to: row, count: 1 }))
    for (const [layer, tensor] of made.hidden)
      this.#copy(tensor, this.#hidden.get(layer), rows, (row, i) => ({
        from: i * tokens,
        to: this.#starts[row]!,
        count: this.#ids[row]!.length,
      }))
  }

  /** Copies neighboring rows of each text to their place among those of all texts. */
  #copy(
    tensor: Tensor<'f32'>,
    kept: Kept | undefined,
    rows: readonly number[],
    span: (row: number, i: number) => { from: number; to: number; count: number },
  ): void {
    if (!kept) return
    const cols = tensor.shape[1]!
    rows.forEach((row, i) => {
      const { from, to, count } = span(row, i)
      const target = { tensor: kept.tensor, offset: to * cols }
      copyElements(this.#gpu, { tensor, offset: from * cols }, target, count * cols)
      kept.has[row] = 1
    })
  }

  #recall(rows: readonly number[], { tokens }: Batch, layers: readonly number[]): TeacherBatch {
    const texts = this.#upload(Uint32Array.from(rows))
    const places = this.#upload(
      Uint32Array.from({ length: rows.length * tokens }, (_, at) => {
        const row = rows[Math.floor(at / tokens)]!
        return this.#starts[row]! + Math.min(at % tokens, this.#ids[row]!.length - 1)
      }),
    )
    const logits = this.#gather(this.#logits!, texts)
    const hidden = new Map(layers.map((layer) => [layer, this.#gather(this.#hidden.get(layer)!, places)]))
    release(this.#gpu, texts, places)
    return { logits, hidden, isNew: false }
  }

  #upload(indices: Uint32Array<ArrayBuffer>): Tensor<'u32'> {
    return upload(this.#gpu, 'u32', indices, { owner: 'activations' })
  }

  #gather({ tensor: x }: Kept, indices: Tensor<'u32'>): Tensor<'f32'> {
    const [rows, cols] = [indices.shape[0]!, x.shape[1]!]
    const out = createTensor(this.#gpu, 'f32', [rows, cols], 'activations')
    gatherRows(this.#gpu, { x, indices, out }, { rows, cols })
    return out
  }
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, one) => total + one, 0)
