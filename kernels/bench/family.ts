// A family of benchmark cases: data that says what is computed, how much work it is, and how a result is checked.
import type { BenchHost } from './contender.ts'
import type { Task } from './task.ts'

export type BenchSize = 'small' | 'full'

export interface BuiltCase {
  readonly task: Task
  /** Error of a result against f64, as a multiple of what is allowed: at most 1 passes, NaN fails. */
  check(output: ArrayLike<number>): number
}

export interface BenchCase {
  readonly name: string
  /** Work of one repetition in the family's unit. */
  readonly work: number
  build(host: BenchHost): Promise<BuiltCase>
}

export interface Family {
  readonly id: string
  readonly title: string
  /** What `work` counts and its rate is named by: `{ name: 'GFLOP/s', scale: 1e9 }`. */
  readonly unit: { readonly name: string; readonly scale: number }
  /** The measured roof that rates are a share of. */
  readonly roof?: 'fma' | 'dot4I8' | 'copy'
  cases(size: BenchSize): BenchCase[]
}
