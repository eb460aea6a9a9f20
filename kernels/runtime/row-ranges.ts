// Cuts a product into row ranges that each fit one submission.
import type { Gpu } from './gpu.ts'

export interface RowRange {
  readonly firstRow: number
  readonly rowCount: number
}

/**
 * Ranges of whole tiles that cover `rows`, each of at most `gpu.operationsPerSubmission` operations (but at least one tile) and of
 * no more tiles than a grid dimension holds.
 */
export function rowRanges(
  gpu: Gpu,
  { rows, tile, operationsPerRow }: { rows: number; tile: number; operationsPerRow: number },
): RowRange[] {
  const fitting = Math.floor(gpu.operationsPerSubmission / Math.max(1, operationsPerRow) / tile)
  const step = Math.min(65535, Math.max(1, fitting)) * tile
  return Array.from({ length: Math.ceil(rows / step) }, (_, i) => ({
    firstRow: i * step,
    rowCount: Math.min(step, rows - i * step),
  }))
}
