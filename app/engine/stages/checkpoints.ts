// State of a training, and where it is saved to and restored from.
import type { Tensor } from '../../../kernels/runtime/tensor.ts'

/** Everything a run needs to go on as if it had not stopped. Tensors are named by role and purpose. */
export interface TrainingState {
  readonly step: number
  readonly best: number
  readonly tensors: ReadonlyMap<string, Tensor<'f32'>>
}

export interface TrainingCheckpoints {
  /** Restores into the tensors given; returns the step and best score reached, or undefined without a checkpoint. */
  restore(tensors: ReadonlyMap<string, Tensor<'f32'>>): Promise<{ step: number; best: number } | undefined>
  save(state: TrainingState): Promise<void>
  /** Milliseconds of training after which the state is saved, beside every epoch's end. */
  readonly everyMs?: number
  /** Told when training goes on from a checkpoint: steps done, and of how many. */
  readonly onResume?: (step: number, steps: number) => void
}

/** A kill loses what was trained since the last save began: with this and the saving itself at most 30 s. */
export const CHECKPOINT_EVERY_MS = 20_000
