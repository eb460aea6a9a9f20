// Rounding of weights for files: errors within half a step, ties, zeros, and pairs that no CPU clips.
import { expect, it } from 'vitest'
import { normalAt } from '../base/random.ts'
import { packNibbles } from './linear-forms.ts'
import { quantizeWeights, quantizeWithoutClipping } from './quantize-weights.ts'
import { dequantize } from './testing.ts'

const normals = (count: number, seed: number) =>
  Float32Array.from({ length: count }, (_, i) => normalAt(seed, i))

it.each([
  [8, 37, 37],
  [4, 37, 16],
  [4, 64, 32],
  [4, 5, 128],
] as const)(
  'rounds to %i bits, %i columns in groups of %i, within half a step',
  (bits, columns, groupSize) => {
    const weights = normals(columns * 11, bits)
    const quantized = quantizeWeights(weights, columns, bits, groupSize)
    const groups = Math.ceil(columns / groupSize)
    expect(quantized.scales.length).toBe(11 * groups)
    dequantize(quantized, columns).forEach((value, at) => {
      const group = Math.floor(at / columns) * groups + Math.floor((at % columns) / groupSize)
      expect(Math.abs(value - weights[at]!)).toBeLessThanOrEqual(quantized.scales[group]! * 0.5001)
    })
    expect(Math.max(...quantized.codes.map(Math.abs))).toBe(bits === 8 ? 127 : 7)
  },
)

it('rounds ties to even and a group of zeros to scale 0', () => {
  const { codes, scales } = quantizeWeights(Float32Array.of(7, 0.5, 1.5, -2.5, 0, 0, 0, 0), 4, 4, 4)
  expect([...codes]).toEqual([7, 0, 2, -2, 0, 0, 0, 0])
  expect([...scales]).toEqual([1, 0])
})

it('keeps codes whose pairs fit 16 bits and makes the others at most twice as coarse', () => {
  for (const columns of [1, 2, 31, 384]) {
    const weights = normals(columns * 40, columns)
    const full = quantizeWeights(weights, columns, 8, columns)
    const safe = quantizeWithoutClipping(weights, columns)
    for (let row = 0; row < 40; row++) {
      const own = safe.codes.subarray(row * columns, (row + 1) * columns)
      const other = full.codes.subarray(row * columns, (row + 1) * columns)
      expect(saturates(own)).toBe(false)
      if (!saturates(other)) expect(own).toEqual(other)
      expect(safe.scales[row]! / full.scales[row]!).toBeLessThanOrEqual(2.001)
    }
  }
})

/** True when some activations 0…255 make a pair of products leave the 16 bits that VPMADDUBSW keeps. */
function saturates(codes: Int8Array): boolean {
  for (let at = 0; at < codes.length; at += 2)
    for (const a of [0, 255])
      for (const b of [0, 255]) {
        const sum = a * codes[at]! + b * (codes[at + 1] ?? 0)
        // 128 · 255 = 32,640 is the limit that we keep to; up to 32,767 would fit.
        if (sum > 32_767 || sum < -32_768) return true
      }
  return false
}

it('packs nibbles low half first, as code + 8, and pads a short group with zeros', () => {
  const codes = Int8Array.of(-8, 7, 0, 1, -1, /* next row */ 2, 3, 4, 5, 6)
  const packed = packNibbles(codes, 5, 16)
  expect([...packed.subarray(0, 8)]).toEqual([0xf0, 0x98, 0x87, 0x88, 0x88, 0x88, 0x88, 0x88])
  expect([...packed.subarray(8, 12)]).toEqual([0xba, 0xdc, 0x8e, 0x88])
})
