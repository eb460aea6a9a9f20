// Runs families of cases on contenders and gives the report. The only file that lists the families: it globs them.
import { UNWATCHED, type Watch } from '../../app/engine/base/watch.ts'
import { runsOnCpu } from '../runtime/gpu.ts'
import type { BenchHost, Contender, StartedContender } from './contender.ts'
import { engineFacts } from './engine-facts.ts'
import type { BenchCase, BenchSize, Family } from './family.ts'
import { type CaseResult, type Measuring, measureCase, type Started } from './measure.ts'
import type { BenchReport, ContenderRow, FamilyResult } from './report.ts'
import { bestRoofs, measureRoofs } from './roofs/measure-roofs.ts'
import { type Effort, THOROUGH } from './roofs/probe.ts'
import { median } from './statistics.ts'

/** Stands among the families for what is measured of our own engine alone. */
export const ENGINE = 'engine'

export interface BenchOptions {
  readonly contenders: readonly Contender[]
  /** Absent: small on software adapters, full elsewhere. */
  readonly size?: BenchSize
  /** Ids of families, and ENGINE; all by default. */
  readonly families?: readonly string[]
  /** A regular expression that the names of cases match; all cases by default. */
  readonly cases?: string
  /** A sample a round; thorough by default. */
  readonly effort?: Effort
  /** Cases that would begin later than this are left out, and counted. */
  readonly budgetMs?: number
  /** Hears of every case, and stops or holds the run between them. */
  readonly watch?: Watch
}

type Defaults<T> = Record<string, { readonly default: T }>

/** Most telling first, so that a run that is cut short has measured something. */
const ORDER = ['matmul', 'gemm', 'model', 'elementwise', 'attention', 'training-step']

export function allFamilies(): Family[] {
  const modules: Defaults<Family> = import.meta.glob<{ default: Family }>('./*.bench.ts', { eager: true })
  const place = ({ id }: Family) => (ORDER.includes(id) ? ORDER.indexOf(id) : ORDER.length)
  return Object.values(modules)
    .map((module) => module.default)
    .sort((a, b) => place(a) - place(b))
}

/** @throws Error for an unknown family or contender */
export function chosen<T extends { readonly id: string }>(
  all: readonly T[],
  ids: readonly string[] | undefined,
): T[] {
  const unknown = ids?.find((id) => !all.some((entry) => entry.id === id))
  if (unknown) throw new Error(`${unknown} is not one of ${all.map(({ id }) => id).join(', ')}`)
  return all.filter(({ id }) => !ids || ids.includes(id))
}

async function start(host: BenchHost, contenders: readonly Contender[]) {
  const started = new Map<Contender, StartedContender | Error>()
  for (const contender of contenders) {
    host.log(`starting ${contender.id}`)
    try {
      started.set(contender, await contender.start(host))
    } catch (error) {
      started.set(contender, error instanceof Error ? error : new Error(String(error)))
    }
  }
  return started
}

async function adapterOf({ gpu }: BenchHost) {
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' })
  if (!adapter) throw new Error('WebGPU offers no adapter here')
  const { vendor, architecture, description } = adapter.info
  const named = { vendor, architecture, description }
  const fallback = adapter.info.isFallbackAdapter ?? false
  return { adapter: named, isSoftware: runsOnCpu({ ...named, fallback }) }
}

type Planned = readonly { readonly family: Family; readonly cases: readonly BenchCase[] }[]

/** @throws Error where families have been asked for and none has a case of such a name */
function planned(size: BenchSize, { families, cases = '' }: BenchOptions): Planned {
  const name = new RegExp(cases)
  const asked = chosen(
    allFamilies(),
    families?.filter((id) => id !== ENGINE),
  )
  const plan = asked.map((family) => ({
    family,
    cases: family.cases(size).filter((one) => name.test(one.name)),
  }))
  if (asked.length > 0 && plan.every((one) => one.cases.length === 0))
    throw new Error(`no case of the ${size} form is named like ${cases}`)
  return plan
}

/**
 * @throws Error for an unknown family, or where no case has such a name; whatever `watch` throws to stop the run; the contenders'
 * devices are given back then too
 */
export async function runBench(host: BenchHost, options: BenchOptions): Promise<BenchReport> {
  const { adapter, isSoftware } = await adapterOf(host)
  const size = options.size ?? (isSoftware ? 'small' : 'full')
  const plan = planned(size, options)
  const count = plan.reduce((sum, { cases }) => sum + cases.length, 0)
  const watch = options.watch ?? UNWATCHED
  const effort = options.effort ?? THOROUGH
  const until = performance.now() + (options.budgetMs ?? Number.POSITIVE_INFINITY)
  let done = 0
  // The roofs are measured before and after.
  const advance = () => watch.progress(++done, count + 2, 'measurements')
  const roofsNow = async () => {
    await watch.checkpoint()
    host.log('measuring roofs')
    const roofs = await measureRoofs(host.gpu, effort)
    advance()
    return roofs
  }
  // Before anybody else has compiled anything.
  const isEngine = options.families?.includes(ENGINE) ?? true
  const engine = isEngine ? await engineFacts(host, size, watch) : []
  const before = await roofsNow()
  const started = await start(host, options.contenders)
  try {
    const results = await measureFamilies(host, plan, { started, effort, watch, until, advance })
    const roofs = bestRoofs(before, await roofsNow())
    const measured = results.reduce((sum, { cases }) => sum + cases.length, 0)
    const { processors, ...platform } = host.platform
    const date = new Date().toISOString().slice(0, 16).replace('T', ' ')
    const form = { size, rounds: effort.samples, skipped: count - measured }
    const contenders = contenderRows(host, started)
    return { date, ...form, adapter, platform, processors, contenders, roofs, families: results, engine }
  } finally {
    for (const outcome of started.values()) if (!(outcome instanceof Error)) await outcome.release?.()
  }
}

interface Running extends Measuring {
  readonly started: Started
  /** Cases do not begin later, by `performance.now()`. */
  readonly until: number
  readonly advance: () => void
}

async function measureFamilies(host: BenchHost, plan: Planned, running: Running): Promise<FamilyResult[]> {
  const results: FamilyResult[] = []
  for (const { family, cases } of plan) {
    const measured: CaseResult[] = []
    for (const benchCase of cases) {
      if (performance.now() > running.until) break
      const result = await measureCase(host, running.started, benchCase, running)
      measured.push(result)
      host.log(`${family.id}: ${caseText(result)}`)
      running.advance()
    }
    const { id, title, unit, roof } = family
    if (measured.length > 0) results.push({ id, title, unit, ...(roof ? { roof } : {}), cases: measured })
  }
  return results
}

function caseText({ name, entries }: CaseResult): string {
  const times = entries.map(({ contender, samples, fault }) =>
    fault ? `${contender} fails: ${fault.slice(0, 120)}` : `${contender} ${median(samples).toFixed(2)} ms`,
  )
  return `${name}: ${times.join(', ')}`
}

function contenderRows({ versions }: BenchHost, started: Started): ContenderRow[] {
  return [...started].map(([{ id, on, package: name }, outcome]) => {
    const version = versions[name] ?? ''
    return { id, on, version, ...(outcome instanceof Error ? { fault: outcome.message } : {}) }
  })
}
