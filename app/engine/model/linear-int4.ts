// The product of a layer with 4-bit weights: straight from the codes, or from weights that are unpacked once.
import { type GemmInt4Shape, type GemmInt4Tensors, gemmInt4 } from '../../../kernels/gemm-int4/gemm-int4.ts'
import { matmul } from '../../../kernels/matmul/matmul.ts'
import { dequantizeInt4 } from '../../../kernels/quantize/quantize.ts'
import type { Gpu } from '../../../kernels/runtime/gpu.ts'
import { createTensor, release } from '../../../kernels/runtime/tensor.ts'

/**
 * With this many rows every weight is unpacked once and multiplied as a float: 1.2 to 2 times as fast on CPU adapters at 128, and graphics
 * cards have their fastest product for floats.
 */
const UNPACKED_ROWS = 32

/** `gemmInt4`, shapes as there. The bits of a row do not depend on how many rows there are. */
export function multiplyInt4(gpu: Gpu, tensors: GemmInt4Tensors, shape: GemmInt4Shape): void {
  if (shape.rows >= UNPACKED_ROWS) multiplyUnpacked(gpu, tensors, shape)
  else gemmInt4(gpu, tensors, shape)
}

function multiplyUnpacked(gpu: Gpu, tensors: GemmInt4Tensors, shape: GemmInt4Shape): void {
  const { codesW: codes, scalesW: scales, a, bias, residual, out } = tensors
  const { rows, cols, inner, groupSize, gelu } = shape
  const b = createTensor(gpu, 'f32', [cols, inner], 'scratch')
  dequantizeInt4(gpu, { codes, scales, out: b }, { rows: cols, cols: inner, groupSize })
  matmul(gpu, { a, b, bias, residual, out }, { form: 'NT', rows, cols, inner, gelu })
  release(gpu, b)
}
