// Every number on screen goes through here. The page is in English, so are its numbers.

const LOCALE = 'en'
const MINUS = '−'

const typed = (text: string) => text.replace('-', MINUS)
const number = (value: number, options: Intl.NumberFormatOptions) => typed(formatterOf(options).format(value))

/** Making a formatter takes far longer than using it, and a table that follows a slider uses hundreds a frame. */
const formatters = new Map<string, Intl.NumberFormat>()

function formatterOf(options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const key = JSON.stringify(options)
  const known = formatters.get(key) ?? new Intl.NumberFormat(LOCALE, options)
  formatters.set(key, known)
  return known
}

/** 22742861 → "22,742,861". */
export function exact(value: number): string {
  return number(value, { maximumFractionDigits: 6 })
}

/** Three significant digits and a letter: 22742861 → "22.7M". */
export function compact(value: number): string {
  return number(value, { notation: 'compact', maximumSignificantDigits: 3, minimumSignificantDigits: 3 })
}

/** Whole counts stay whole; large ones are shortened: 412 → "412". */
export function count(value: number): string {
  return value < 10_000 ? exact(value) : compact(value)
}

/** Bytes as MB of 10^6 bytes, with three significant digits where there are as many. */
export function megabytes(bytes: number): string {
  const value = bytes / 1e6
  const digits = value >= 100 ? 0 : value >= 10 ? 1 : 2
  return number(value, {
    style: 'unit',
    unit: 'megabyte',
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  })
}

/** Bytes in the unit that suits them, for memory and file lists. */
export function bytes(value: number): string {
  if (value < 1000) return `${exact(value)} B`
  const units = ['kilobyte', 'megabyte', 'gigabyte'] as const
  const power = Math.min(3, Math.floor(Math.log10(value) / 3))
  const unit = units[power - 1] ?? 'gigabyte'
  return number(value / 1000 ** power, { style: 'unit', unit, maximumSignificantDigits: 3 })
}

/** A share as a percentage with one decimal: 0.9325 → "93.3%". */
export function percent(share: number, digits = 1): string {
  return number(share, {
    style: 'percent',
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  })
}

/** Difference of two shares in percentage points: −0.012 → "−1.2 pts". */
export function points(difference: number): string {
  const value = number(difference * 100, {
    minimumFractionDigits: 1,
    maximumFractionDigits: 1,
    signDisplay: 'exceptZero',
  })
  return `${value} pts`
}

/** A difference of counts, its sign always there: 3 → "+3", −2 → "−2". */
export function signed(difference: number): string {
  return number(difference, { maximumFractionDigits: 0, signDisplay: 'exceptZero' })
}

/** A value as a multiple of another: "×0.38". */
export function times(value: number, base: number): string {
  return base === 0 ? '' : `×${number(value / base, { minimumFractionDigits: 2, maximumFractionDigits: 2 })}`
}

/** Low and high of an interval of shares, in percent: "92.3–94.1". */
export function interval(low: number, high: number): string {
  const plain = (share: number) => number(share * 100, { minimumFractionDigits: 1, maximumFractionDigits: 1 })
  return `${plain(low)}–${plain(high)}`
}

export function milliseconds(value: number): string {
  return number(value, {
    style: 'unit',
    unit: 'millisecond',
    maximumSignificantDigits: 3,
    minimumSignificantDigits: value >= 100 ? 1 : 3,
  })
}

/** Seconds as a person says them: "45 s", "2 min 05 s", "1 h 10 min". */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds))
  if (whole < 60) return `${whole} s`
  const minutes = Math.floor(whole / 60)
  if (minutes < 60) return `${minutes} min ${String(whole % 60).padStart(2, '0')} s`
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} min`
}

export function rate(perSecond: number, unit: string): string {
  return `${number(perSecond, { maximumSignificantDigits: 3 })} ${unit}/s`
}

/** Three significant digits, all of them: 12.345 → "12.3", 1.5 → "1.50". */
export function figures(value: number): string {
  return number(value, { maximumSignificantDigits: 3, minimumSignificantDigits: value >= 100 ? 1 : 3 })
}

/** Floating-point operations a second, in the unit that suits them: "12.3 GFLOP/s". */
export function flops(perSecond: number): string {
  const scale = perSecond >= 1e12 ? 1e12 : 1e9
  return `${figures(perSecond / scale)} ${scale === 1e12 ? 'TFLOP' : 'GFLOP'}/s`
}

/** Dollars: cents only where they are most of it. */
export function dollars(value: number): string {
  const digits = value >= 100 ? { maximumFractionDigits: 0 } : { maximumSignificantDigits: 3 }
  return number(value, { style: 'currency', currency: 'USD', minimumFractionDigits: 0, ...digits })
}

/** A moment in the local time zone: "Nov 25, 2026, 3:07 AM". @param at milliseconds since 1970 */
export function moment(at: number): string {
  return new Intl.DateTimeFormat(LOCALE, { dateStyle: 'medium', timeStyle: 'short' }).format(at)
}

/** A probability by chance; below a thousandth the digits say nothing. */
export function pValue(value: number): string {
  return value < 0.001 ? '< 0.001' : number(value, { minimumFractionDigits: 3, maximumFractionDigits: 3 })
}

/** A loss or a divergence: enough digits to see it move. */
export function decimals(value: number, digits = 3): string {
  return number(value, { minimumFractionDigits: digits, maximumFractionDigits: digits })
}

/** A setting as it is typed: no grouping, and powers of ten where a decimal would hide the digits. */
export function setting(value: number): string {
  if (value !== 0 && Math.abs(value) < 0.001) return value.toExponential().replace('e-', 'e-')
  return String(Number(value.toPrecision(6)))
}
