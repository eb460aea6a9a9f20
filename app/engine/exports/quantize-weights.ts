// Symmetric rounding of float weights for files, where the model brings no codes of its own at that precision.
import type { QuantizedWeight } from './export.ts'

/**
 * Rounds weights [rows, columns] in groups of `groupSize` along a row (the last may be short): scale = absmax / top
 * with top 127 at 8 bits and 7 at 4 bits, code = nearest integer, ties to even; a group of zeros has scale 0.
 */
export function quantizeWeights(
  weights: Float32Array,
  columns: number,
  bits: 8 | 4,
  groupSize: number,
): QuantizedWeight {
  const top = bits === 8 ? 127 : 7
  const rows = columns > 0 ? weights.length / columns : 0
  const groups = Math.ceil(columns / groupSize)
  const codes = new Int8Array(weights.length)
  const scales = new Float32Array(rows * groups)
  for (let row = 0; row < rows; row++)
    for (let group = 0; group < groups; group++) {
      const start = row * columns + group * groupSize
      const end = row * columns + Math.min((group + 1) * groupSize, columns)
      const scale = Math.fround(largest(weights, start, end) / top)
      scales[row * groups + group] = scale
      for (let at = start; at < end; at++)
        codes[at] = scale === 0 ? 0 : Math.max(-top, Math.min(top, roundToEven(weights[at]! / scale)))
    }
  return { bits, codes, scales, groupSize }
}

function largest(values: Float32Array, start: number, end: number): number {
  let top = 0
  for (let at = start; at < end; at++) top = Math.max(top, Math.abs(values[at]!))
  return top
}

/** Adding and taking away 1.5 · 2⁵² leaves no fraction bits: IEEE rounds to the nearest, ties to even. */
function roundToEven(value: number): number {
  return value + 6755399441055744 - 6755399441055744
}
