// Sizes of the tiles in product-tile.wgsl, and the overrides of product-epilogue.wgsl.
import type { Grid } from '../runtime/kernel.ts'

/** How a product is cut for one kind of adapter. */
export interface Cut {
  /** Most blocks of 4 rows that an invocation owns. */
  readonly rowBlocks: 1 | 2 | 3 | 4
  /** Blocks of 4 columns that it owns. */
  readonly colBlocks: 1 | 2 | 4
  /** Invocations of a workgroup, along the columns. */
  readonly width: number
}

/** The cut of a product of `rows` rows: tiles as even as possible, so that few rows past the end are computed. */
export interface ProductTile extends Cut {
  readonly oneRow: boolean
  /** Rows of a tile. */
  readonly rows: number
}

export function productTile({ rowBlocks, colBlocks, width }: Cut, rows: number): ProductTile {
  const tiles = Math.max(1, Math.ceil(rows / (4 * rowBlocks)))
  const blocks = Math.max(1, Math.ceil(rows / tiles / 4)) as Cut['rowBlocks']
  const oneRow = rows === 1
  return { rowBlocks: blocks, colBlocks, width, oneRow, rows: oneRow ? 1 : 4 * blocks }
}

/** The overrides that product-tile.wgsl reads. */
export function tileConstants({ rowBlocks, colBlocks, oneRow, width }: ProductTile) {
  return { ROW_BLOCKS: rowBlocks, COL_BLOCKS: colBlocks, ONE_ROW: oneRow ? 1 : 0, WIDTH: width }
}

export function tileGrid(
  { colBlocks, width, rows }: ProductTile,
  { rowCount, cols }: { rowCount: number; cols: number },
): Grid {
  return [Math.ceil(cols / (4 * colBlocks * width)), Math.ceil(rowCount / rows), 1]
}

/** The overrides of the epilogue, which the packed dot products share. */
export function epilogueConstants(
  { bias, residual }: { readonly bias?: unknown; readonly residual?: unknown },
  gelu: 'exact' | 'tanh' | undefined,
) {
  return {
    HAS_BIAS: bias ? 1 : 0,
    HAS_RESIDUAL: residual ? 1 : 0,
    GELU: gelu === 'exact' ? 1 : gelu === 'tanh' ? 2 : 0,
  }
}
