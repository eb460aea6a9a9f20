// Half precision to single precision: IEEE binary16 by a table of all codes, bfloat16 by a shift.

let table: Float32Array<ArrayBuffer> | undefined

/** Value of every binary16 code, as F32; built once (256 KiB). */
function float16Values(): Float32Array<ArrayBuffer> {
  if (table) return table
  table = new Float32Array(65_536)
  const bits = new Uint32Array(table.buffer)
  for (let code = 0; code < 65_536; code++) bits[code] = widenFloat16(code)
  return table
}

/** F32 bits of a binary16 code: the exponent bias moves from 15 to 127, the fraction from 10 bits to 23. */
function widenFloat16(code: number): number {
  const sign = (code & 0x8000) << 16
  const exponent = (code >>> 10) & 0x1f
  const fraction = code & 0x3ff
  if (exponent === 31) return sign | 0x7f800000 | (fraction << 13)
  if (exponent > 0) return sign | ((exponent + 112) << 23) | (fraction << 13)
  if (fraction === 0) return sign
  // Subnormal: fraction · 2^-24. Its leading one becomes the implicit bit of a normal F32.
  const shift = Math.clz32(fraction) - 21
  return sign | ((113 - shift) << 23) | (((fraction << shift) & 0x3ff) << 13)
}

/** F32 values of binary16 codes, exact. */
export function widenFloat16s(codes: Uint16Array): Float32Array<ArrayBuffer> {
  const values = float16Values()
  const out = new Float32Array(codes.length)
  for (let i = 0; i < codes.length; i++) out[i] = values[codes[i]!]!
  return out
}

/** F32 values of bfloat16 codes, exact: a bfloat16 is the upper half of an F32. */
export function widenBfloat16s(codes: Uint16Array): Float32Array<ArrayBuffer> {
  const out = new Float32Array(codes.length)
  const bits = new Uint32Array(out.buffer)
  for (let i = 0; i < codes.length; i++) bits[i] = codes[i]! << 16
  return out
}
