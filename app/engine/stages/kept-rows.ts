// Rows of matrices by text, kept on the GPU: one row a text, or one a token.
import { moveRows } from '../../../kernels/gather/gather.ts'
import type { Gpu } from '../../../kernels/runtime/gpu.ts'
import { createTensor, release, type Tensor, upload, zeros } from '../../../kernels/runtime/tensor.ts'

/** Bytes of one buffer at most: every adapter binds as much (WebGPU's least limit is 128 MiB). */
const CHUNK_BYTES = 128 * 1024 * 1024
/** Elements between views of one tensor: they start at multiples of 256 bytes. */
const ALIGNED = 64
const align = (count: number) => Math.ceil(count / ALIGNED) * ALIGNED

interface Place {
  readonly chunk: number
  /** First row of the text within the chunk. */
  readonly row: number
}

/** Rows of a batch and where they are kept in one chunk. */
interface Move {
  readonly chunk: number
  readonly inBatch: Tensor<'u32'>
  readonly inChunk: Tensor<'u32'>
  readonly rows: number
}

export class KeptRows {
  readonly #gpu: Gpu
  readonly #counts: ArrayLike<number>
  readonly #cols: number
  readonly #places: readonly Place[]
  /** Chunks of each matrix. */
  readonly #matrices: ReadonlyMap<number, readonly Tensor<'f32'>[]>
  readonly #has: Uint8Array

  /**
   * Takes the memory at once. @param counts rows of each text, the same in all matrices
   * @param options `cols` elements of a row, `keys` of the matrices, `owner` in the ledger
   */
  constructor(
    gpu: Gpu,
    counts: ArrayLike<number>,
    { cols, keys, owner }: { cols: number; keys: readonly number[]; owner: string },
  ) {
    this.#gpu = gpu
    this.#counts = counts
    this.#cols = cols
    const { places, sizes } = placesOf(counts, Math.floor(CHUNK_BYTES / (4 * cols)))
    this.#places = places
    const chunks = () => sizes.map((rows) => createTensor(gpu, 'f32', [rows, cols], owner))
    this.#matrices = new Map(keys.map((key) => [key, chunks()]))
    this.#has = new Uint8Array(places.length)
  }

  get keys(): number[] {
    return [...this.#matrices.keys()]
  }

  hasAll(texts: readonly number[]): boolean {
    return texts.every((text) => this.#has[text])
  }

  /** Takes the rows of the i-th text from row `stride` · i on of every matrix [texts · stride, cols]. */
  put(texts: readonly number[], matrices: ReadonlyMap<number, Tensor<'f32'>>, stride: number): void {
    this.#withMoves(texts, stride, ({ chunk, inBatch: from, inChunk: to, rows }) => {
      for (const [key, chunks] of this.#matrices)
        moveRows(
          this.#gpu,
          { x: matrices.get(key)!, from, to, out: chunks[chunk]! },
          { rows, cols: this.#cols },
        )
    })
    for (const text of texts) this.#has[text] = 1
  }

  /** The same matrices again, zeros in rows that no text has; the caller releases them. */
  take(texts: readonly number[], stride: number, owner: string): Map<number, Tensor<'f32'>> {
    const shape = [texts.length * stride, this.#cols]
    const matrices = new Map(this.keys.map((key) => [key, zeros(this.#gpu, 'f32', shape, owner)]))
    this.#withMoves(texts, stride, ({ chunk, inBatch: to, inChunk: from, rows }) => {
      for (const [key, out] of matrices)
        moveRows(
          this.#gpu,
          { x: this.#matrices.get(key)![chunk]!, from, to, out },
          { rows, cols: this.#cols },
        )
    })
    return matrices
  }

  release(): void {
    release(this.#gpu, ...[...this.#matrices.values()].flat())
  }

  /** Uploads the places of all rows at once: every upload ends a submission. */
  #withMoves(texts: readonly number[], stride: number, move: (move: Move) => void): void {
    if (this.#matrices.size === 0) return
    const lists = new Map<number, { inBatch: number[]; inChunk: number[] }>()
    texts.forEach((text, i) => {
      const { chunk, row } = this.#places[text]!
      const list = lists.get(chunk) ?? { inBatch: [], inChunk: [] }
      for (let at = 0; at < this.#counts[text]!; at++) {
        list.inBatch.push(i * stride + at)
        list.inChunk.push(row + at)
      }
      lists.set(chunk, list)
    })
    const parts = [...lists.values()].flatMap(({ inBatch, inChunk }) => [inBatch, inChunk])
    const starts = parts.map((_, i) => parts.slice(0, i).reduce((sum, { length }) => sum + align(length), 0))
    const words = new Uint32Array(parts.reduce((sum, { length }) => sum + align(length), 0))
    parts.forEach((part, i) => {
      words.set(part, starts[i]!)
    })
    const all = upload(this.#gpu, 'u32', words, { owner: 'activations' })
    const view = (i: number): Tensor<'u32'> => ({ ...all, offset: 4 * starts[i]!, shape: [parts[i]!.length] })
    ;[...lists.keys()].forEach((chunk, i) => {
      move({ chunk, inBatch: view(2 * i), inChunk: view(2 * i + 1), rows: parts[2 * i]!.length })
    })
    release(this.#gpu, all)
  }
}

/** Texts in order, each within one chunk of at most `most` rows. @returns with the rows of each chunk */
export function placesOf(counts: ArrayLike<number>, most: number): { places: Place[]; sizes: number[] } {
  const sizes: number[] = []
  const places = Array.from(counts, (count) => {
    if (sizes.length === 0 || sizes.at(-1)! + count > most) sizes.push(0)
    const place = { chunk: sizes.length - 1, row: sizes.at(-1)! }
    sizes[place.chunk] = place.row + count
    return place
  })
  return { places, sizes }
}
