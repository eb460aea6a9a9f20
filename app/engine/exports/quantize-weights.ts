// Symmetric rounding of float weights for files, where the model brings no codes of its own at that precision.
import type { QuantizedWeight } from '../model/portable.ts'

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

/** Largest sum of two neighboring codes of one sign that 16 bits hold after products with 255: 255 · 128 = 32,640. */
const MAX_PAIR = 128

/**
 * INT8 codes per row, as `quantizeWeights` gives them, but coarser (by at most 2×) in rows where neighboring codes
 * 2k, 2k + 1 of one sign add up to more than 128. x86 CPUs with AVX2 or AVX-512 but no VNNI multiply a pair of bytes
 * at a time (VPMADDUBSW) and clip the sum to 16 bits; such rows would come out wrong there. Measured with ONNX Runtime
 * 1.32 on banking77-minilm: on an emulated Haswell, clipping moves the logits of full-range codes by 0.11 (root mean
 * square), more than all rounding together (0.091 against F32, where nothing clips). Codes like these err by 0.091
 * everywhere, the usual 7-bit codes by 0.099; unsigned weights would be exact too, but take 1.8× the time with VNNI.
 */
export function quantizeWithoutClipping(weights: Float32Array, columns: number): QuantizedWeight {
  const { codes, scales } = quantizeWeights(weights, columns, 8, columns)
  scales.forEach((scale, row) => {
    const values = weights.subarray(row * columns, (row + 1) * columns)
    const own = codes.subarray(row * columns, (row + 1) * columns)
    if (largestPair(own) <= MAX_PAIR) return
    // One less than MAX_PAIR: both codes of a pair may be rounded up by a half.
    const coarser = Math.fround(Math.max(scale, largestPair(values) / (MAX_PAIR - 1)))
    scales[row] = coarser
    values.forEach((value, column) => {
      own[column] = Math.max(-127, Math.min(127, roundToEven(value / coarser)))
    })
  })
  return { bits: 8, codes, scales, groupSize: columns }
}

/** Largest |sum| of elements 2k and 2k + 1, those of the smaller sign taken as 0. */
function largestPair(values: Float32Array | Int8Array): number {
  let largest = 0
  for (let at = 0; at < values.length; at += 2) {
    const [first, second] = [values[at]!, values[at + 1] ?? 0]
    const up = Math.max(first, 0) + Math.max(second, 0)
    const down = Math.max(-first, 0) + Math.max(-second, 0)
    largest = Math.max(largest, up, down)
  }
  return largest
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
