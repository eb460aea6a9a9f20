// Rows and columns of a matrix by index: what pruning, first-token pooling and cached teacher logits need.
import linearIndex from '../lib/linear-index.wgsl?raw'
import type { Gpu } from '../runtime/gpu.ts'
import { defineKernel, foldGrid, launch } from '../runtime/kernel.ts'
import type { Tensor } from '../runtime/tensor.ts'
import gatherSource from './gather.wgsl?raw'
import scatterSource from './scatter.wgsl?raw'

const CHUNK = 8
const groupsFor = (rows: number, cols: number) => foldGrid(Math.ceil((rows * Math.ceil(cols / CHUNK)) / 64))

const gather = (constants: { BY_ROWS: number; BY_COLUMNS: number }) =>
  defineKernel({
    name: 'gather/gather',
    source: gatherSource,
    libraries: [linearIndex],
    bindings: { x: 'read', row_indices: 'read', column_indices: 'read', out: 'write' },
    params: { rows: 'u32', cols: 'u32', source_cols: 'u32' },
    constants,
    grid: ({ rows, cols }) => groupsFor(rows, cols),
    work: ({ rows, cols }) => rows * cols,
  })

export const gatherRowsKernel = gather({ BY_ROWS: 1, BY_COLUMNS: 0 })
export const gatherColumnsKernel = gather({ BY_ROWS: 0, BY_COLUMNS: 1 })

const scatter = (MOVE: 0 | 1) =>
  defineKernel({
    name: 'gather/scatter',
    source: scatterSource,
    libraries: [linearIndex],
    bindings: { x: 'read', row_indices: 'read', source_indices: 'read', out: 'write' },
    params: { rows: 'u32', cols: 'u32' },
    constants: { MOVE },
    grid: ({ rows, cols }) => groupsFor(rows, cols),
    work: ({ rows, cols }) => rows * cols,
  })

export const scatterRowsKernel = scatter(0)
export const moveRowsKernel = scatter(1)

/** out[r, :] = x[indices[r], :]. Shapes: x [any, cols], indices [rows], out [rows, cols]. */
export function gatherRows(
  gpu: Gpu,
  { x, indices, out }: { x: Tensor; indices: Tensor<'u32'>; out: Tensor },
  { rows, cols }: { rows: number; cols: number },
): void {
  launch(
    gpu,
    gatherRowsKernel,
    { x, row_indices: indices, column_indices: indices, out },
    { rows, cols, source_cols: cols },
  )
}

/** out[:, c] = x[:, indices[c]]. Shapes: x [rows, sourceCols], indices [cols], out [rows, cols]. */
export function gatherColumns(
  gpu: Gpu,
  { x, indices, out }: { x: Tensor; indices: Tensor<'u32'>; out: Tensor },
  { rows, cols, sourceCols }: { rows: number; cols: number; sourceCols: number },
): void {
  launch(
    gpu,
    gatherColumnsKernel,
    { x, row_indices: indices, column_indices: indices, out },
    { rows, cols, source_cols: sourceCols },
  )
}

/** out[indices[r], :] = x[r, :] for distinct indices; other rows are untouched. */
export function scatterRows(
  gpu: Gpu,
  { x, indices, out }: { x: Tensor; indices: Tensor<'u32'>; out: Tensor },
  { rows, cols }: { rows: number; cols: number },
): void {
  launch(gpu, scatterRowsKernel, { x, row_indices: indices, source_indices: indices, out }, { rows, cols })
}

/** out[to[r], :] = x[from[r], :] for distinct places `to`; other rows are untouched. Shapes: x, out [any, cols], from, to [rows]. */
export function moveRows(
  gpu: Gpu,
  { x, from, to, out }: { x: Tensor; from: Tensor<'u32'>; to: Tensor<'u32'>; out: Tensor },
  { rows, cols }: { rows: number; cols: number },
): void {
  launch(gpu, moveRowsKernel, { x, row_indices: to, source_indices: from, out }, { rows, cols })
}
