// The benchmark of our own kernels in its small form, on the visitor's device, in half a minute.

import { browserName } from '../../../kernels/bench/browser-name.ts'
import type { BenchHost } from '../../../kernels/bench/contender.ts'
import decant from '../../../kernels/bench/contenders/decant.contender.ts'
import type { CaseResult } from '../../../kernels/bench/measure.ts'
import { type BenchReport, type FamilyResult, reportText } from '../../../kernels/bench/report.ts'
import type { Roofs } from '../../../kernels/bench/roofs/measure-roofs.ts'
import { allFamilies, runBench } from '../../../kernels/bench/run-bench.ts'
import { median, minimum } from '../../../kernels/bench/statistics.ts'
import { StudioError } from '../base/errors.ts'
import type { Watch } from '../base/watch.ts'
import type { DeviceReport, KernelMeasurement } from '../protocol.ts'

const EFFORT = { samples: 3, sampleMs: 20 }
/** The longest case takes 5 seconds on two busy cores. */
const BUDGET_MS = 18_000

/**
 * Measures on devices of its own, which it gives back; nothing else may run meanwhile.
 * @throws StudioError `cancelled`, `file-missing`
 */
export async function measureDevice(watch: Watch): Promise<DeviceReport> {
  const at = Date.now()
  const from = performance.now()
  const report = await runBench(benchHost(), {
    contenders: [decant],
    size: 'small',
    families: allFamilies().map(({ id }) => id),
    effort: EFFORT,
    budgetMs: BUDGET_MS,
    watch,
  })
  const { adapter, platform, processors, rounds, skipped, roofs } = report
  return {
    adapter: adapter.description || [adapter.vendor, adapter.architecture].filter(Boolean).join(' '),
    browser: platform.runtime,
    ...{ processors, at, rounds, skipped, roofs },
    seconds: (performance.now() - from) / 1000,
    families: report.families.map((family) => ({
      title: family.title,
      unit: family.unit.name,
      cases: family.cases.map((result) => measurementOf(result, family, roofs)),
    })),
    markdown: reportText(report),
    json: jsonOf(report),
  }
}

function benchHost(): BenchHost {
  const address = (path: string) => new URL(`${import.meta.env.BASE_URL}${path}`, self.location.origin).href
  return {
    gpu: navigator.gpu,
    versions: {},
    platform: {
      runtime: browserName(navigator.userAgent),
      driver: '',
      processors: navigator.hardwareConcurrency,
    },
    address,
    readFile: async (path) => {
      const response = await fetch(address(path))
      if (!response.ok) throw new StudioError('file-missing', `${path} did not load (${response.status}).`)
      return new Uint8Array(await response.arrayBuffer())
    },
    log: () => {},
  }
}

/** Our own contender is the only one. */
function measurementOf(
  { name, work, entries: [entry] }: CaseResult,
  { unit, roof }: FamilyResult,
  roofs: Roofs,
): KernelMeasurement {
  if (!entry || entry.fault) return { name, fault: entry?.fault ?? '' }
  const perSecond = work / (median(entry.samples) / 1000)
  const most = roof && roofs[roof]
  return {
    name,
    median: median(entry.samples),
    least: minimum(entry.samples),
    rate: perSecond / unit.scale,
    error: entry.error,
    ...(most ? { shareOfRoof: perSecond / most } : {}),
  }
}

const jsonOf = (report: BenchReport) => `${JSON.stringify(report, undefined, 1)}\n`
