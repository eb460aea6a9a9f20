// A run's report, and its Markdown tables.
import type { Contender } from './contender.ts'
import type { EngineFact } from './engine-facts.ts'
import type { BenchSize, Family } from './family.ts'
import type { CaseResult, Entry } from './measure.ts'
import type { Roofs } from './roofs/measure-roofs.ts'
import { geometricMean, median, minimum, pairedRatio } from './statistics.ts'

/** Whose times others are compared with. */
export const OWN = 'decant'

export type ContenderRow = Pick<Contender, 'id' | 'on'> & {
  readonly version: string
  readonly fault?: string
}

export interface FamilyResult extends Pick<Family, 'id' | 'title' | 'unit'> {
  readonly roof?: Family['roof']
  readonly cases: readonly CaseResult[]
}

export interface BenchReport {
  readonly date: string
  readonly size: BenchSize
  /** Samples of a time. */
  readonly rounds: number
  /** Cases left out because time was up. */
  readonly skipped: number
  readonly adapter: { readonly vendor: string; readonly architecture: string; readonly description: string }
  readonly platform: { readonly runtime: string; readonly driver: string }
  readonly processors: number
  readonly contenders: readonly ContenderRow[]
  readonly roofs: Roofs
  readonly families: readonly FamilyResult[]
  readonly engine: readonly EngineFact[]
}

const decimals = (value: number) => (value >= 100 ? 0 : value >= 10 ? 1 : 2)
const number = (value: number) => value.toFixed(decimals(value))
const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`

/** Markdown text of a whole report. */
export function reportText(report: BenchReport): string {
  const { adapter, platform, date, size, rounds, processors } = report
  const name = [adapter.vendor, adapter.architecture, adapter.description].filter(Boolean).join(' · ')
  const where = [platform.driver, platform.runtime].filter(Boolean).join(' · ')
  const lines = [
    `**${name}** · ${where} · ${processors} processors · ${date} · ${size} form, ${rounds} rounds`,
    '',
    roofsText(report.roofs),
    '',
    report.contenders.map(({ id, version }) => (id === OWN ? id : `${id} (${version})`)).join(', '),
  ]
  for (const { id, fault } of report.contenders)
    if (fault) lines.push('', `${id} does not run here: ${fault}`)
  if (report.skipped > 0) lines.push('', `Time was up: ${report.skipped} cases are left out.`)
  for (const family of report.families) lines.push('', ...familyText(family, report))
  if (report.engine.length > 0) lines.push('', ...engineText(report.engine))
  return `${lines.join('\n')}\n`
}

/** What was measured of our own engine, with its goals. */
function engineText(facts: readonly EngineFact[]): string[] {
  const head = ['### Our own engine', '', row(['', 'measured', 'goal']), row(['---', '--:', '--:'])]
  const lines = facts.map(({ name, value, unit, goal = '' }) =>
    row([name, `${number(value)} ${unit}`.trim(), goal]),
  )
  return [...head, ...lines]
}

function roofsText({ fma, f16, dot4I8, copy, dispatchUs, roundTripUs, barrierNs }: Roofs): string {
  return [
    `Roofs measured in this run: FMA ${number(fma / 1e9)} GFLOP/s`,
    f16 === undefined ? 'no f16' : `f16 ${number(f16 / 1e9)} GFLOP/s`,
    dot4I8 === undefined ? 'no packed dot product' : `dot4I8 ${number(dot4I8 / 1e9)} GOP/s`,
    `copy ${number(copy / 1e9)} GB/s`,
    `a dispatch ${number(dispatchUs)} µs, submitted and awaited ${number(roundTripUs)} µs`,
    `a barrier ${number(barrierNs)} ns`,
  ].join(' · ')
}

/** Table of one family: medians and minima, rates, ratios of rivals to ours, and what is not there with its reason. */
export function familyText(family: FamilyResult, { contenders, roofs }: BenchReport): string[] {
  const present = contenders.filter(({ id }) =>
    family.cases.some(({ entries }) => entries.some(({ contender }) => contender === id)),
  )
  const rivals = present.filter(({ id }) => id !== OWN)
  const share = family.roof ? [`of ${family.roof} roof`] : []
  const head = ['', `decant, ms`, family.unit.name, ...share, ...rivals.map(({ id }) => `${id}, ms (× ours)`)]
  const lines = [`### ${family.title}`, '', row(head), row(head.map((_, i) => (i === 0 ? '---' : '--:')))]
  for (const result of family.cases) lines.push(row(caseCells(result, { family, rivals, roofs })))
  const ofRivals = '; in brackets after a rival, how many times as long it takes, pair by pair'
  lines.push('', `Median (minimum) of one repetition${rivals.length > 0 ? ofRivals : ''}.`)
  lines.push(...rivals.flatMap(({ id }) => summaryOf(family, [id], `${id}`)))
  const onGpu = rivals.filter(({ on }) => on === 'gpu').map(({ id }) => id)
  if (onGpu.length > 1) lines.push(...summaryOf(family, onGpu, 'the best rival on the GPU'))
  lines.push(...faultsOf(family))
  return lines
}

function caseCells(
  { name, work, entries }: CaseResult,
  { family, rivals, roofs }: { family: FamilyResult; rivals: readonly ContenderRow[]; roofs: Roofs },
): string[] {
  const entryOf = (id: string) => entries.find(({ contender }) => contender === id)
  const own = entryOf(OWN)
  const rate = own ? work / (median(own.samples) / 1000) : Number.NaN
  const roof = family.roof ? roofs[family.roof] : undefined
  const share = family.roof ? [roof ? `${((100 * rate) / roof).toFixed(0)} %` : '–'] : []
  return [
    name,
    timeText(own),
    Number.isFinite(rate) ? number(rate / family.unit.scale) : '–',
    ...share,
    ...rivals.map(({ id }) => {
      const entry = entryOf(id)
      const ratio = own && entry ? pairedRatio(own.samples, entry.samples) : Number.NaN
      return Number.isFinite(ratio) ? `${timeText(entry)} (${ratio.toFixed(2)}×)` : timeText(entry)
    }),
  ]
}

function timeText(entry: Entry | undefined): string {
  if (!entry) return 'none'
  if (entry.fault) return 'fails'
  return `${number(median(entry.samples))} (${number(minimum(entry.samples))})`
}

/** Geometric mean and least of the ratios against the fastest of `rivals` in each case. */
function summaryOf(family: FamilyResult, rivals: readonly string[], name: string): string[] {
  const ratios = family.cases.flatMap(({ entries }) => {
    const own = entries.find(({ contender }) => contender === OWN)
    const theirs = entries
      .filter(({ contender, samples }) => rivals.includes(contender) && samples.length > 0)
      .map(({ samples }) => (own ? pairedRatio(own.samples, samples) : Number.NaN))
      .filter(Number.isFinite)
    return theirs.length > 0 ? [Math.min(...theirs)] : []
  })
  if (ratios.length === 0) return []
  const mean = geometricMean(ratios).toFixed(2)
  const least = Math.min(...ratios).toFixed(2)
  return ['', `Against ${name}: ${mean}× in the geometric mean of ${ratios.length}, least ${least}×.`]
}

/** Each different reason once, with the cases that it stopped. */
function faultsOf(family: FamilyResult): string[] {
  const cases = new Map<string, string[]>()
  for (const { name, entries } of family.cases)
    for (const { contender, fault } of entries)
      if (fault) {
        const key = `${contender}: ${fault.replace(/\s+/g, ' ').slice(0, 300)}`
        cases.set(key, [...(cases.get(key) ?? []), name])
      }
  return [...cases].flatMap(([reason, names]) => ['', `Fails: ${names.join('; ')}. ${reason}`])
}
