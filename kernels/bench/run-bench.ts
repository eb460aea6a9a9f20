// Runs families of cases on all contenders and gives the report. The only file that lists either: it globs them.
import type { BenchHost, Contender, StartedContender } from './contender.ts'
import type { BenchSize, Family } from './family.ts'
import { measureCase } from './measure.ts'
import { type BenchReport, type ContenderRow, type FamilyResult, OWN } from './report.ts'
import { measureRoofs } from './roofs/measure-roofs.ts'
import { median } from './statistics.ts'

export interface BenchOptions {
  /** Absent: small on software adapters, full elsewhere. */
  readonly size?: BenchSize
  /** Ids of families; all by default. */
  readonly families?: readonly string[]
  /** Ids of contenders beside our own; all by default. */
  readonly contenders?: readonly string[]
}

type Defaults<T> = Record<string, { readonly default: T }>

/** Most telling first, so that a run that is cut short has measured something. */
const ORDER = ['matmul', 'gemm', 'model', 'elementwise', 'attention', 'training-step']
const SOFTWARE = /swiftshader|llvmpipe|lavapipe|software/i

export function allFamilies(): Family[] {
  const modules: Defaults<Family> = import.meta.glob<{ default: Family }>('./*.bench.ts', { eager: true })
  const place = ({ id }: Family) => (ORDER.includes(id) ? ORDER.indexOf(id) : ORDER.length)
  return Object.values(modules)
    .map((module) => module.default)
    .sort((a, b) => place(a) - place(b))
}

export function allContenders(): Contender[] {
  const modules: Defaults<Contender> = import.meta.glob<{ default: Contender }>(
    './contenders/*.contender.ts',
    { eager: true },
  )
  const contenders = Object.values(modules).map((module) => module.default)
  return [...contenders.filter(({ id }) => id === OWN), ...contenders.filter(({ id }) => id !== OWN)]
}

/** @throws Error for an unknown family or contender */
function chosen<T extends { readonly id: string }>(
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
  return { vendor, architecture, description }
}

export async function runBench(host: BenchHost, options: BenchOptions = {}): Promise<BenchReport> {
  const adapter = await adapterOf(host)
  const isSoftware = SOFTWARE.test(Object.values(adapter).join(' '))
  const size = options.size ?? (isSoftware ? 'small' : 'full')
  const families = chosen(allFamilies(), options.families)
  const contenders = chosen(allContenders(), options.contenders && [OWN, ...options.contenders])
  host.log('measuring roofs')
  const roofs = await measureRoofs(host.gpu)
  const started = await start(host, contenders)
  const results: FamilyResult[] = []
  for (const { id, title, unit, roof, cases } of families) {
    const measured: FamilyResult['cases'][number][] = []
    for (const benchCase of cases(size)) {
      const result = await measureCase(host, started, benchCase)
      measured.push(result)
      const times = result.entries.map(({ contender, samples, fault }) =>
        fault
          ? `${contender} fails: ${fault.slice(0, 120)}`
          : `${contender} ${median(samples).toFixed(2)} ms`,
      )
      host.log(`${id}: ${benchCase.name}: ${times.join(', ')}`)
    }
    results.push({ id, title, unit, ...(roof ? { roof } : {}), cases: measured })
  }
  const rows = [...started].map(([{ id, on, package: name }, outcome]): ContenderRow => {
    const version = host.versions[name] ?? ''
    return { id, on, version, ...(outcome instanceof Error ? { fault: outcome.message } : {}) }
  })
  const { platform } = host
  const date = new Date().toISOString().slice(0, 16).replace('T', ' ')
  return {
    date,
    size,
    adapter,
    platform,
    processors: navigator.hardwareConcurrency,
    contenders: rows,
    roofs,
    families: results,
  }
}
