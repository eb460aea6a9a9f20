// Product of float activations with 4-bit weights, with bias, GELU and residual.
import blockProduct from '../lib/block-product.wgsl?raw'
import geluLibrary from '../lib/gelu.wgsl?raw'
import epilogueLibrary from '../lib/product-epilogue.wgsl?raw'
import {
  type Cut,
  epilogueConstants,
  type ProductTile,
  productTile,
  tileConstants,
  tileGrid,
} from '../lib/product-tile.ts'
import tileLibrary from '../lib/product-tile.wgsl?raw'
import { assert } from '../runtime/errors.ts'
import { type Gpu, runsOnCpu } from '../runtime/gpu.ts'
import { defineKernel, launch } from '../runtime/kernel.ts'
import { rowRanges } from '../runtime/row-ranges.ts'
import type { Tensor } from '../runtime/tensor.ts'
import source from './gemm-int4.wgsl?raw'

export interface GemmInt4Tensors {
  readonly a: Tensor<'f32'>
  readonly codesW: Tensor<'u32'>
  readonly scalesW: Tensor<'f32'>
  readonly out: Tensor<'f32'>
  readonly bias?: Tensor<'f32'> | undefined
  readonly residual?: Tensor<'f32'> | undefined
}

export interface GemmInt4Shape {
  readonly rows: number
  readonly cols: number
  readonly inner: number
  /** Inner indices that share a scale; a multiple of 8. */
  readonly groupSize: number
  readonly gelu?: 'exact' | 'tanh' | undefined
}

/**
 * Largest allowed error of one product whose absolute terms sum to `magnitude`: each weight is rounded once when it is scaled (u),
 * and the sum errs as in a float product: 4 sqrt(inner) u of random walk, never more than inner u.
 */
export function gemmInt4Tolerance(inner: number, magnitude: number): number {
  return (1 + Math.min(4 * Math.sqrt(inner), Math.max(4, inner))) * 2 ** -24 * magnitude + 1e-30
}

function tileKernel(tile: ProductTile, constants: Record<string, number>) {
  return defineKernel({
    name: 'gemm-int4/gemm-int4',
    source,
    libraries: [tileLibrary, epilogueLibrary, blockProduct, geluLibrary],
    bindings: {
      a: 'read',
      aQuads: 'read',
      codesW: 'read',
      scalesW: 'read',
      bias: 'read',
      residual: 'read',
      out: 'write',
    },
    params: {
      rows: 'u32',
      cols: 'u32',
      inner: 'u32',
      groupSize: 'u32',
      firstRow: 'u32',
      rowCount: 'u32',
    },
    constants: { ...constants, ...tileConstants(tile) },
    grid: (params) => tileGrid(tile, params),
    work: ({ rowCount, cols, inner }) => rowCount * cols * inner,
  })
}

/** On SwiftShader, whose loads cost a dozen multiply-adds, large tiles are 2.6 times as fast as those of 4 x 4. */
function cutOf({ adapter }: Gpu): Cut {
  if (adapter.architecture === 'swiftshader') return { rowBlocks: 4, colBlocks: 4, width: 4 }
  return runsOnCpu(adapter)
    ? { rowBlocks: 4, colBlocks: 2, width: 8 }
    : { rowBlocks: 1, colBlocks: 1, width: 16 }
}

/**
 * out = gelu(A W^T + bias) + residual for a [rows, inner] and weights [cols, inner] as `packInt4` packs them
 * (codesW [cols, groups * groupSize / 8], scalesW [cols, groups]); out and residual [rows, cols], bias [cols].
 * The bits of a row do not depend on how many rows there are.
 */
export function gemmInt4(gpu: Gpu, tensors: GemmInt4Tensors, shape: GemmInt4Shape): void {
  const { rows, cols, inner, groupSize, gelu } = shape
  assert(groupSize % 8 === 0 && groupSize > 0, `a group size that is a multiple of 8, got ${groupSize}`)
  const { a, codesW, scalesW, out, bias = a, residual = a } = tensors
  const tile = productTile(cutOf(gpu), rows)
  const kernel = tileKernel(tile, {
    ...epilogueConstants(tensors, gelu),
    A_QUADS: inner % 4 === 0 ? 1 : 0,
  })
  const bindings = { a, aQuads: a, codesW, scalesW, bias, residual, out }
  for (const range of rowRanges(gpu, { rows, tile: tile.rows, operationsPerRow: cols * inner }))
    launch(gpu, kernel, bindings, { rows, cols, inner, groupSize, ...range })
}
