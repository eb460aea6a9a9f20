// What a quantization scheme is: how it packs a linear layer's matrix.
import type { Gpu } from '../../../kernels/runtime/gpu.ts'
import type { Tensor } from '../../../kernels/runtime/tensor.ts'
import type { Weight } from '../model/model.ts'
import type { StorageFormat } from '../model/spec.ts'

export interface Scheme {
  readonly id: Exclude<StorageFormat['scheme'], 'F32'>
  /** Short name, as on the bit-width control. */
  readonly label: string
  readonly help: string
  readonly bits: 8 | 4
  /** Whether `group_size` applies. */
  readonly isGrouped: boolean
  /** Packs a matrix [out, in] by rounding to nearest. */
  pack(gpu: Gpu, matrix: Tensor<'f32'>, groupSize: number): Weight
}
