// Places of a slider against the values they stand for, and typed text against numbers.
import type { NumberOption } from './definitions.ts'

/** Places on a logarithmic slider: fine enough for two digits over six decades. */
const LOG_PLACES = 240

export interface Scale {
  readonly min: number
  readonly max: number
  readonly step: number
  readonly toPlace: (value: number) => number
  readonly toValue: (place: number) => number
}

export function scaleOf(option: NumberOption): Scale {
  const { min, max, step } = option
  if (option.scale !== 'log' || min <= 0)
    return { min, max, step, toPlace: (value) => value, toValue: (place) => place }
  const span = Math.log(max / min)
  return {
    min: 0,
    max: LOG_PLACES,
    step: 1,
    toPlace: (value) => Math.round((Math.log(value / min) / span) * LOG_PLACES),
    toValue: (place) => nearest(option, Number((min * Math.exp((place / LOG_PLACES) * span)).toPrecision(2))),
  }
}

/** The nearest value that the option allows. */
export function nearest(option: NumberOption, value: number): number {
  const clamped = Math.min(option.max, Math.max(option.min, value))
  return option.kind === 'integer' ? Math.round(clamped) : clamped
}

/** Reads what was typed: "0.3", "30 %", "1e-4", "1,5"; undefined if it is no number. */
export function parseTyped(text: string): number | undefined {
  const match = /^\s*([+−-]?[\d.,]+(?:e[+-]?\d+)?)\s*(%?)\s*$/i.exec(text)
  if (!match?.[1]) return undefined
  const digits = match[1].replace('−', '-')
  const value = Number(/^[^.]*,\d{1,2}$/.test(digits) ? digits.replace(',', '.') : digits.replaceAll(',', ''))
  if (!Number.isFinite(value)) return undefined
  return match[2] ? value / 100 : value
}
