// Numbers as they stand on screen, and numbers as they are typed.
import { describe, expect, it } from 'vitest'
import {
  bytes,
  compact,
  count,
  duration,
  figures,
  flops,
  interval,
  megabytes,
  milliseconds,
  percent,
  points,
  pValue,
  setting,
  signed,
  times,
} from './format.ts'
import { nearest, parseTyped, scaleOf } from './scale.ts'

describe('format', () => {
  it('keeps three digits of a measured rate', () => {
    expect([figures(1.5), figures(0.0637), figures(1890), flops(12.345e9), flops(2e12)]).toEqual([
      '1.50',
      '0.0637',
      '1,890',
      '12.3 GFLOP/s',
      '2.00 TFLOP/s',
    ])
  })

  it('shortens large counts and leaves small ones whole', () => {
    expect([compact(22742861), count(9003), count(22742861)]).toEqual(['22.7M', '9,003', '22.7M'])
  })

  it('states sizes in MB of a million bytes', () => {
    expect([megabytes(90971444), megabytes(4_090_000), megabytes(438e6)]).toEqual([
      '91.0 MB',
      '4.09 MB',
      '438 MB',
    ])
    expect([bytes(812), bytes(2.1e9)]).toEqual(['812 B', '2.1 GB'])
  })

  it('gives a difference of counts its sign', () => {
    expect([signed(3), signed(-2), signed(0), signed(1200)]).toEqual(['+3', '−2', '0', '+1,200'])
  })

  it('writes shares, points and intervals with a true minus sign', () => {
    expect([percent(0.9325), points(-0.012), points(0.004), points(0)]).toEqual([
      '93.3%',
      '−1.2 pts',
      '+0.4 pts',
      '0.0 pts',
    ])
    expect(interval(0.923, 0.941)).toBe('92.3–94.1')
  })

  it('states a value as a multiple of the teacher’s', () => {
    expect([times(38, 100), times(1, 0)]).toEqual(['×0.38', ''])
  })

  it('says times as a person does', () => {
    expect([duration(45), duration(125), duration(4200), milliseconds(5.1), milliseconds(124.6)]).toEqual([
      '45 s',
      '2 min 05 s',
      '1 h 10 min',
      '5.10 ms',
      '125 ms',
    ])
  })

  it('does not pretend to digits of a tiny probability', () => {
    expect([pValue(0.04), pValue(1e-9)]).toEqual(['0.040', '< 0.001'])
  })

  it('shows a setting so that typing it again gives the same value', () => {
    for (const value of [0.3, 1e-4, 5e-5, 32, 0.06, 0]) expect(parseTyped(setting(value))).toBe(value)
  })
})

describe('scale', () => {
  const rate = {
    kind: 'number',
    key: 'learning_rate',
    label: '',
    help: '',
    default: 1e-4,
    min: 1e-6,
    max: 1e-2,
    step: 1e-6,
    scale: 'log',
  } as const

  it('reads percentages, powers of ten and decimal commas, and refuses the rest', () => {
    expect([parseTyped('30 %'), parseTyped('1e-4'), parseTyped('0,5'), parseTyped('12,000')]).toEqual([
      0.3, 1e-4, 0.5, 12000,
    ])
    expect([parseTyped(''), parseTyped('a lot'), parseTyped('1.2.3')]).toEqual([
      undefined,
      undefined,
      undefined,
    ])
  })

  it('spreads decades evenly over a logarithmic slider', () => {
    const { min, max, toPlace, toValue } = scaleOf(rate)
    expect([toValue(min), toValue(max), toValue((min + max) / 2)]).toEqual([1e-6, 1e-2, 1e-4])
    expect(toPlace(1e-4)).toBe((min + max) / 2)
  })

  it('clamps to the range and keeps whole numbers whole', () => {
    expect(nearest({ ...rate, kind: 'integer', min: 1, max: 10 }, 3.6)).toBe(4)
    expect(nearest(rate, 5)).toBe(1e-2)
  })
})
