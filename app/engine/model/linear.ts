// A linear layer in every kind of weight: y = activation(x Wᵀ + b) + residual.
import { gemmInt8 } from '../../../kernels/gemm-int8/gemm-int8.ts'
import { matmul } from '../../../kernels/matmul/matmul.ts'
import { int8Words, quantizeRows } from '../../../kernels/quantize/quantize.ts'
import type { Gpu } from '../../../kernels/runtime/gpu.ts'
import { createTensor, release, type Tensor } from '../../../kernels/runtime/tensor.ts'
import { multiplyInt4 } from './linear-int4.ts'
import { denseOf, type Model, type Weight, weightOf } from './model.ts'
import type { Role } from './spec.ts'

/** 8-bit codes of activations [rows, in], and a scale per row, as `quantizeRows` gives them. */
export interface ActivationCodes {
  readonly codes: Tensor<'u32'>
  readonly scales: Tensor<'f32'>
}

interface LinearTensors {
  /** [rows, in] */
  readonly x: Tensor<'f32'>
  /** Of x, where the kernel before gave them; read by 8-bit weights. */
  readonly codes?: ActivationCodes | undefined
  /** [rows, out] */
  readonly out: Tensor<'f32'>
  readonly residual?: Tensor<'f32'>
  /** Receives x Wᵀ + b before the activation; F32 weights only. */
  readonly preactivation?: Tensor<'f32'>
}

/** Whether the layer multiplies 8-bit codes of its input. */
export const readsCodes = (model: Model, name: string): boolean =>
  weightOf(model, `${name}.weight` as Role).kind === 'int8'

/** Room for the codes of `rows` rows of `cols` activations. */
export function createCodes(gpu: Gpu, rows: number, cols: number): ActivationCodes {
  return {
    codes: createTensor(gpu, 'u32', [rows, int8Words(cols)], 'activations'),
    scales: createTensor(gpu, 'f32', [rows], 'activations'),
  }
}

/** Applies the layer whose weights are `<name>.weight` [out, in] and `<name>.bias` [out]. */
export function linear(
  gpu: Gpu,
  model: Model,
  name: string,
  {
    x,
    codes,
    out,
    residual,
    preactivation,
    rows,
    gelu,
  }: LinearTensors & { rows: number; gelu?: 'exact' | 'tanh' },
): void {
  const weight = weightOf(model, `${name}.weight` as Role)
  const bias = denseOf(model, `${name}.bias` as Role)
  const [cols = 0, inner = 0] = weight.kind === 'dense' ? weight.tensor.shape : weight.shape
  const optional = { bias, ...(residual ? { residual } : {}) }
  const sizes = { rows, cols, inner, ...(gelu ? { gelu } : {}) }
  if (weight.kind === 'dense')
    matmul(
      gpu,
      { a: x, b: weight.tensor, out, ...optional, ...(preactivation ? { preactivation } : {}) },
      { form: 'NT', ...sizes },
    )
  else if (weight.kind === 'int4')
    multiplyInt4(
      gpu,
      { a: x, codesW: weight.codes, scalesW: weight.scales, out, ...optional },
      { ...sizes, groupSize: weight.groupSize },
    )
  else linearInt8(gpu, weight, { x, codes, out, ...optional }, sizes)
}

/** Quantizes each activation row at run time, unless that was done, then multiplies integers. */
function linearInt8(
  gpu: Gpu,
  weight: Extract<Weight, { kind: 'int8' }>,
  tensors: Pick<LinearTensors, 'x' | 'codes' | 'out' | 'residual'> & { bias: Tensor<'f32'> },
  sizes: { rows: number; cols: number; inner: number; gelu?: 'exact' | 'tanh' },
): void {
  const { x, codes: given, ...rest } = tensors
  const { rows, inner } = sizes
  const { codes: codesA, scales: scalesA } = given ?? createCodes(gpu, rows, inner)
  if (!given) quantizeRows(gpu, { x, codes: codesA, scales: scalesA }, { rows, cols: inner })
  gemmInt8(gpu, { codesA, scalesA, codesW: weight.codes, scalesW: weight.scales, ...rest }, sizes)
  if (!given) release(gpu, codesA, scalesA)
}
