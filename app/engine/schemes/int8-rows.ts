// INT8 codes of a matrix with one scale per row: weights of W8A8 by output channel, and word embeddings of any scheme.
import { quantizeRows } from '../../../kernels/quantize/quantize.ts'
import type { Gpu } from '../../../kernels/runtime/gpu.ts'
import { createTensor, type Tensor } from '../../../kernels/runtime/tensor.ts'
import type { Weight } from '../model/model.ts'

/** @param matrix [rows, cols] */
export function packInt8Rows(gpu: Gpu, matrix: Tensor<'f32'>): Weight {
  const [rows = 0, cols = 0] = matrix.shape
  const codes = createTensor(gpu, 'u32', [rows, Math.ceil(cols / 4)], 'weights')
  const scales = createTensor(gpu, 'f32', [rows], 'weights')
  quantizeRows(gpu, { x: matrix, codes, scales }, { rows, cols })
  return { kind: 'int8', codes, scales, shape: matrix.shape }
}
