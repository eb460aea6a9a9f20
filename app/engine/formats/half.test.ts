// Half precision: all codes of both formats against the formulas of their definitions.
import { describe, expect, it } from 'vitest'
import { widenBfloat16s, widenFloat16s } from './half.ts'

const CODES = Uint16Array.from({ length: 65_536 }, (_, i) => i)

/** Value of a code with this many exponent and fraction bits, by the definition of IEEE 754 binary formats. */
function definedValue(code: number, exponentBits: number, fractionBits: number): number {
  const sign = code >= 0x8000 ? -1 : 1
  const exponent = Math.floor(code / 2 ** fractionBits) % 2 ** exponentBits
  const fraction = (code % 2 ** fractionBits) / 2 ** fractionBits
  const bias = 2 ** (exponentBits - 1) - 1
  if (exponent === 2 ** exponentBits - 1) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN
  return exponent === 0 ? sign * fraction * 2 ** (1 - bias) : sign * (1 + fraction) * 2 ** (exponent - bias)
}

describe.each([
  ['binary16', widenFloat16s, 5, 10],
  ['bfloat16', widenBfloat16s, 8, 7],
] as const)('%s', (_, widen, exponentBits, fractionBits) => {
  it('gives the defined value for all 65,536 codes', () => {
    const values = widen(CODES)
    const wrong = CODES.filter(
      (code) => !Object.is(values[code], definedValue(code, exponentBits, fractionBits)),
    )
    expect([...wrong]).toEqual([])
  })
})
