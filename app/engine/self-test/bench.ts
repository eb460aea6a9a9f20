// What one check of the self-test works with: small tensors that are released together, and the numbers expected in them.
import type { Gpu } from '../../../kernels/runtime/gpu.ts'
import { read, release, type Tensor, upload } from '../../../kernels/runtime/tensor.ts'
import { randomAt } from '../base/random.ts'

export interface Check {
  readonly name: string
  /** Launches one kernel and says what its outputs must be. */
  readonly run: (bench: Bench) => void
  /** Of a kernel with which a model in F32 reads texts. */
  readonly isForward?: true
}

/**
 * Largest error, relative to the largest value expected. Sums here have fewer than 50 terms near 1 (1e-6 by f32 rounding), and WGSL
 * lets `exp` of small numbers err by about 1e-6; a wrong index or a lost term errs by more than 1e-2.
 */
const TOLERANCE = 2e-5
/** Outputs start as this, so that a kernel that writes nothing cannot pass on what an earlier run left. */
const UNWRITTEN = 0x7fc0dead

interface Expectation {
  readonly tensor: Tensor
  readonly values: ArrayLike<number>
  readonly tolerance: number
}

export class Bench {
  readonly gpu: Gpu
  readonly #tensors: Tensor[] = []
  readonly #expectations: Expectation[] = []

  constructor(gpu: Gpu) {
    this.gpu = gpu
  }

  floats(values: ArrayLike<number>): Tensor<'f32'> {
    return this.#keep(upload(this.gpu, 'f32', Float32Array.from(values), { owner: 'self-test' }))
  }

  words(values: ArrayLike<number>): Tensor<'u32'> {
    return this.#keep(upload(this.gpu, 'u32', Uint32Array.from(values), { owner: 'self-test' }))
  }

  integers(values: ArrayLike<number>): Tensor<'i32'> {
    return this.#keep(upload(this.gpu, 'i32', Int32Array.from(values), { owner: 'self-test' }))
  }

  /** Float output that must come to hold `values`. */
  floatsOf(values: ArrayLike<number>, tolerance = TOLERANCE): Tensor<'f32'> {
    return this.becomes(this.floats(new Float32Array(values.length).fill(Number.NaN)), values, tolerance)
  }

  /** Output of words that must come to hold exactly `values`. */
  wordsOf(values: ArrayLike<number>): Tensor<'u32'> {
    return this.becomes(this.words(new Uint32Array(values.length).fill(UNWRITTEN)), values, 0)
  }

  /** Output whose values do not matter here. */
  scratch(count: number): Tensor<'f32'> {
    return this.floats(new Float32Array(count))
  }

  /** States what a tensor that is updated in place must come to hold. */
  becomes<T extends Tensor>(tensor: T, values: ArrayLike<number>, tolerance = TOLERANCE): T {
    this.#expectations.push({ tensor, values, tolerance })
    return tensor
  }

  /** Reads the outputs back and compares. */
  async isRight(): Promise<boolean> {
    const actual = await Promise.all(this.#expectations.map(({ tensor }) => read(this.gpu, tensor)))
    return this.#expectations.every(({ values, tolerance }, i) => isClose(actual[i]!, values, tolerance))
  }

  close(): void {
    release(this.gpu, ...this.#tensors.splice(0))
  }

  #keep<T extends Tensor>(tensor: T): T {
    this.#tensors.push(tensor)
    return tensor
  }
}

/** NaN is never close. */
function isClose(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): boolean {
  const values = Array.from(expected)
  const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
  return (
    actual.length === values.length &&
    values.every((value, i) => Math.abs(actual[i]! - value) <= tolerance * largest)
  )
}

/** Seeded values in [-1, 1) as the GPU will hold them, so that references start from the same numbers. */
export function randomFloats(count: number, seed: number): Float32Array<ArrayBuffer> {
  return Float32Array.from({ length: count }, (_, i) => 2 * randomAt(seed, i) - 1)
}

/** Seeded whole numbers from `least` to `most`. */
export function randomIntegers(count: number, seed: number, [least, most]: [number, number]): Int32Array {
  return Int32Array.from(
    { length: count },
    (_, i) => least + Math.floor(randomAt(seed, i) * (most - least + 1)),
  )
}
