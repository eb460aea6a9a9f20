// Measures one case: every contender's result is checked first, then all are timed in turn, round by round.
import type { Watch } from '../../app/engine/base/watch.ts'
import type { BenchHost, Contender, Prepared, StartedContender } from './contender.ts'
import type { BenchCase, BuiltCase } from './family.ts'
import type { Effort } from './roofs/probe.ts'

const WARM_UP = 2
const SLOW_MS = 300
/** More repetitions than this are not queued before waiting: drivers keep what was submitted in memory. */
const MOST_REPETITIONS = 2000

export interface Entry {
  readonly contender: string
  /** Milliseconds of one repetition, a sample a round. */
  readonly samples: readonly number[]
  /** Repetitions in a sample. */
  readonly repetitions: number
  /** Milliseconds of the first run: compiling included. */
  readonly firstMs: number
  /** Largest error as a multiple of what is allowed. */
  readonly error: number
  /** Why there are no samples. */
  readonly fault?: string
}

export interface CaseResult {
  readonly name: string
  readonly work: number
  readonly entries: readonly Entry[]
}

interface Runner {
  readonly contender: string
  readonly prepared: Prepared
  readonly firstMs: number
  readonly error: number
  readonly samples: number[]
  repetitions: number
}

export type Started = ReadonlyMap<Contender, StartedContender | Error>

export interface Measuring {
  readonly effort: Effort
  readonly watch: Watch
}

/** @throws whatever `watch` throws to stop; what was prepared is released then too */
export async function measureCase(
  host: BenchHost,
  started: Started,
  benchCase: BenchCase,
  measuring: Measuring,
): Promise<CaseResult> {
  await measuring.watch.checkpoint()
  const built = await benchCase.build(host)
  const { runners, faults } = await openRunners(started, built)
  try {
    const failed = await timeRounds(runners, measuring)
    const entries = runners.map(({ prepared: _, ...rest }): Entry => {
      const fault = failed.get(rest.contender)
      return fault ? faultEntry(rest.contender, fault) : rest
    })
    return { name: benchCase.name, work: benchCase.work, entries: [...entries, ...faults] }
  } finally {
    for (const { prepared } of runners) await prepared.release()
  }
}

async function openRunners(started: Started, built: BuiltCase) {
  const runners: Runner[] = []
  const faults: Entry[] = []
  for (const [{ id }, contender] of started) {
    try {
      if (contender instanceof Error) throw contender
      const runner = await openRunner(id, contender, built)
      if (runner) runners.push(runner)
    } catch (error) {
      faults.push(faultEntry(id, error))
    }
  }
  return { runners, faults }
}

function faultEntry(contender: string, error: unknown): Entry {
  const fault = error instanceof Error ? error.message : String(error)
  return { contender, samples: [], repetitions: 0, firstMs: Number.NaN, error: Number.NaN, fault }
}

/** Runs once and compares with f64; a wrong result is never timed. */
async function openRunner(
  contender: string,
  started: StartedContender,
  built: BuiltCase,
): Promise<Runner | undefined> {
  const from = performance.now()
  const prepared = await started.prepare(built.task)
  if (!prepared) return undefined
  try {
    await prepared.run()
    await prepared.wait()
    const firstMs = performance.now() - from
    const error = built.check(await prepared.read())
    if (!(error <= 1)) throw new Error(`wrong result: error ${error.toPrecision(3)} times what is allowed`)
    return { contender, prepared, firstMs, error, samples: [], repetitions: 1 }
  } catch (fault) {
    await prepared.release()
    throw fault
  }
}

/** Times in turn; the turn that starts a round moves on, so that nobody always follows the same neighbor. */
async function timeRounds(
  runners: readonly Runner[],
  { effort, watch }: Measuring,
): Promise<Map<string, unknown>> {
  const failed = new Map<string, unknown>()
  const alive = () => runners.filter(({ contender }) => !failed.has(contender))
  const guarded = async (runner: Runner, step: () => Promise<void>) => {
    try {
      await step()
    } catch (error) {
      failed.set(runner.contender, error)
    }
  }
  for (const runner of alive()) await guarded(runner, () => calibrate(runner, effort))
  for (let round = 0; round < effort.samples; round++) {
    await watch.checkpoint()
    const turn = alive().map((_, i, all) => all[(i + round) % all.length]!)
    for (const runner of turn)
      await guarded(runner, async () => {
        runner.samples.push(await sample(runner))
      })
  }
  return failed
}

async function calibrate(runner: Runner, { sampleMs }: Effort): Promise<void> {
  // What takes this long is warm after its first run; drivers compile while it runs.
  if ((await sample(runner)) > SLOW_MS) return
  for (let i = 1; i < WARM_UP; i++) await sample(runner)
  // The time of one repetition alone holds a wait that is shared later, so the count grows until it fills a sample.
  for (;;) {
    const took = (await sample(runner)) * runner.repetitions
    if (took >= sampleMs || runner.repetitions === MOST_REPETITIONS) return
    const wanted = Math.ceil((1.2 * runner.repetitions * sampleMs) / Math.max(took, 0.1))
    runner.repetitions = Math.min(MOST_REPETITIONS, 8 * runner.repetitions, wanted)
  }
}

/** Milliseconds of one repetition, from a run of several with one wait at the end. */
async function sample({ prepared, repetitions }: Runner): Promise<number> {
  const from = performance.now()
  for (let i = 0; i < repetitions; i++) await prepared.run()
  await prepared.wait()
  return (performance.now() - from) / repetitions
}
