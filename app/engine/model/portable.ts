// A model off the GPU, one weight at a time: what exporters and checkpoints write from.
import { dequantizeInt4, dequantizeRows, unpackInt4, unpackInt8 } from '../../../kernels/quantize/quantize.ts'
import type { Gpu } from '../../../kernels/runtime/gpu.ts'
import { createTensor, read, release } from '../../../kernels/runtime/tensor.ts'
import { assert } from '../base/errors.ts'
import { type Model, type Weight, weightOf } from './model.ts'
import type { ModelSpec, Role, StorageFormat } from './spec.ts'

/**
 * Codes of a weight [out, in] as the engine computes with them, row-major, one code a byte even at 4 bits.
 * A weight is code · scale of its group; `scales` are [out, ⌈in / groupSize⌉], and the last group of a row may be
 * short. 8 bits: codes −127…127, one group a row (`groupSize` = in), scale = absmax / 127.
 * 4 bits: codes −8…7, scale = absmax / 7.
 */
export interface QuantizedWeight {
  readonly bits: 8 | 4
  readonly codes: Int8Array<ArrayBuffer>
  readonly scales: Float32Array<ArrayBuffer>
  readonly groupSize: number
}

/** A model off the GPU, one weight at a time; shapes are those of `roleShapes(spec)`. */
export interface PortableModel {
  readonly spec: ModelSpec
  readonly format: StorageFormat
  /** Float weights; of quantized ones, what their codes are worth. */
  read(role: Role): Promise<Float32Array<ArrayBuffer>>
  /** Codes of a quantized weight; undefined for one kept in floats. */
  quantized(role: Role): Promise<QuantizedWeight | undefined>
}

/** Reads weights when asked for; nothing is kept. */
export function portableModel(gpu: Gpu, model: Model): PortableModel {
  return {
    spec: model.spec,
    format: model.format,
    read: (role) => readFloats(gpu, weightOf(model, role)),
    quantized: (role) => readCodes(gpu, weightOf(model, role)),
  }
}

async function readFloats(gpu: Gpu, weight: Weight): Promise<Float32Array<ArrayBuffer>> {
  if (weight.kind === 'dense')
    return isEmpty(weight.tensor.shape) ? new Float32Array() : read(gpu, weight.tensor)
  if (isEmpty(weight.shape)) return new Float32Array()
  const [rows = 0, cols = 0] = weight.shape
  const out = createTensor(gpu, 'f32', weight.shape, 'scratch')
  const { codes, scales } = weight
  if (weight.kind === 'int8') dequantizeRows(gpu, { codes, scales, out }, { rows, cols })
  else dequantizeInt4(gpu, { codes, scales, out }, { rows, cols, groupSize: weight.groupSize })
  try {
    return await read(gpu, out)
  } finally {
    release(gpu, out)
  }
}

async function readCodes(gpu: Gpu, weight: Weight): Promise<QuantizedWeight | undefined> {
  if (weight.kind === 'dense') return undefined
  const [rows, cols] = weight.shape
  assert(rows !== undefined && cols !== undefined, 'a quantized matrix')
  const groupSize = weight.kind === 'int4' ? weight.groupSize : Math.max(1, cols)
  if (rows * cols === 0)
    return {
      bits: weight.kind === 'int4' ? 4 : 8,
      codes: new Int8Array(),
      scales: new Float32Array(rows),
      groupSize,
    }
  const words = await read(gpu, weight.codes)
  const scales = await read(gpu, weight.scales)
  if (weight.kind === 'int8') return { bits: 8, codes: unpackInt8(words, { rows, cols }), scales, groupSize }
  return { bits: 4, codes: unpackInt4(words, { rows, cols, groupSize }), scales, groupSize }
}

const isEmpty = (shape: readonly number[]) => shape.some((size) => size === 0)
