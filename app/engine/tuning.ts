// Chooses between forms of kernels by timing them on this adapter, one pair at a time, and keeps what was found for the next start.
import { median } from '../../kernels/bench/statistics.ts'
import { GpuError } from '../../kernels/runtime/errors.ts'
import type { Gpu } from '../../kernels/runtime/gpu.ts'
import { read, tensorBytes } from '../../kernels/runtime/tensor.ts'
import { hexDigest } from './base/digest.ts'
import { isRecord, parseJsonObject } from './formats/json.ts'
import { type Probe, TUNABLES, TUNED_SOURCES, type Tunable } from './tuning/tunables.ts'

/** Where a host keeps one text between starts. */
export interface TuningStore {
  read(): Promise<string | undefined>
  write(text: string): Promise<void>
}

interface Found {
  /** What the findings hold for. */
  readonly key: string
  /** Form by choice, where another one than the default is faster. */
  readonly choices: Record<string, string>
  /** `choice: form` that were timed, or at least begun: one that loses the GPU is not tried again. */
  readonly tried: string[]
  /** Milliseconds spent, over all starts. */
  spentMs: number
}

/** All the time that is ever spent on one adapter, but for the last pair begun. */
const BUDGET_MS = 1000
const PROBE_MS = 6
const MOST_LAUNCHES = 64
const ROUNDS = 3
/** What is not this much faster may be noise, and the default was measured with more care. */
const LEAST_GAIN = 1.15

export class Tuner {
  readonly #gpu: Gpu
  readonly #store: TuningStore
  readonly #found: Found
  readonly #tunables: readonly Tunable[]

  private constructor(gpu: Gpu, store: TuningStore, found: Found, tunables: readonly Tunable[]) {
    this.#gpu = gpu
    this.#store = store
    this.#found = found
    this.#tunables = tunables
  }

  /**
   * Takes over what an earlier start found. @param runtime browser or Node and their version: what was found under another one is
   * forgotten, and what a store cannot read counts as nothing found
   */
  static async open(
    gpu: Gpu,
    store: TuningStore,
    runtime: string,
    tunables: readonly Tunable[] = TUNABLES,
  ): Promise<Tuner> {
    const key = await keyOf(gpu, runtime)
    const kept = parseFound(await store.read().catch(() => undefined))
    const found = kept?.key === key ? kept : { key, choices: {}, tried: [], spentMs: 0 }
    for (const { choice, forms } of tunables) {
      const form = found.choices[choice]
      if (form !== undefined && forms(gpu).includes(form)) gpu.choices.set(choice, form)
    }
    return new Tuner(gpu, store, found, tunables)
  }

  get isDone(): boolean {
    return this.#found.spentMs >= BUDGET_MS || this.#next === undefined
  }

  /** Times one form against the best so far. Nothing else is to be under way on the GPU. @throws GpuError when the device is lost */
  async step(): Promise<void> {
    const next = this.#next
    if (!next || this.isDone) return
    const started = performance.now()
    this.#found.tried.push(nameOf(next))
    await this.#save()
    await this.#duel(next)
    this.#found.spentMs += performance.now() - started
    await this.#save()
  }

  get #next(): { tunable: Tunable; form: string } | undefined {
    return this.#tunables
      .flatMap((tunable) =>
        tunable
          .forms(this.#gpu)
          .slice(1)
          .map((form) => ({ tunable, form })),
      )
      .find((pair) => !this.#found.tried.includes(nameOf(pair)))
  }

  async #duel({ tunable, form }: { tunable: Tunable; form: string }): Promise<void> {
    const { choice } = tunable
    const { choices } = this.#gpu
    const best = choices.get(choice)
    const probe = tunable.open(this.#gpu)
    const use = (name: string | undefined) =>
      name === undefined ? choices.delete(choice) : choices.set(choice, name)
    try {
      const gain = await this.#gain(
        probe,
        () => use(best),
        () => use(form),
      )
      use(gain >= LEAST_GAIN ? form : best)
      if (gain >= LEAST_GAIN) this.#found.choices[choice] = form
    } catch (error) {
      use(best)
      if (!(error instanceof GpuError) || error.code === 'device-lost') throw error
    } finally {
      probe.release()
    }
  }

  /** How many times as fast the second form is; 0 where its bits differ. */
  async #gain(probe: Probe, first: () => void, second: () => void): Promise<number> {
    const bits = async (use: () => void) => {
      use()
      const { out, launch } = probe
      await this.#gpu.scope(() => {
        // A form that writes too little must not pass on what the other one wrote.
        this.#gpu.clear(out.buffer, out.offset, tensorBytes(out))
        launch()
      })
      return new Uint32Array((await read(this.#gpu, out)).buffer)
    }
    const expected = await bits(first)
    const actual = await bits(second)
    if (expected.some((word, i) => word !== actual[i])) return 0
    const once = await this.#time(probe, 1, first)
    const launches = Math.max(1, Math.min(MOST_LAUNCHES, Math.round(PROBE_MS / once)))
    const ratios: number[] = []
    for (let round = 0; round < ROUNDS; round++) {
      ratios.push((await this.#time(probe, launches, first)) / (await this.#time(probe, launches, second)))
      if (ratios[0]! < 1) return ratios[0]!
    }
    return median(ratios)
  }

  async #time({ launch }: Probe, launches: number, use: () => void): Promise<number> {
    use()
    await this.#gpu.finish()
    const started = performance.now()
    for (let i = 0; i < launches; i++) launch()
    await this.#gpu.finish()
    return performance.now() - started
  }

  /** What cannot be kept is found again at the next start. */
  #save(): Promise<void> {
    return this.#store.write(JSON.stringify(this.#found)).catch(() => {})
  }
}

const nameOf = ({ tunable, form }: { tunable: Tunable; form: string }) => `${tunable.choice}: ${form}`

/** Adapter, driver, browser and kernel sources. */
function keyOf({ adapter }: Gpu, runtime: string): Promise<string> {
  const { vendor, architecture, description } = adapter
  const text = JSON.stringify([vendor, architecture, description, runtime, TUNED_SOURCES])
  return hexDigest(new TextEncoder().encode(text))
}

/** Anything unexpected counts as nothing found. */
function parseFound(text: string | undefined): Found | undefined {
  if (text === undefined) return undefined
  try {
    const { key, choices, tried, spentMs } = parseJsonObject(text, 'tuning')
    const isText = (value: unknown) => typeof value === 'string'
    const isFound =
      isText(key) &&
      isRecord(choices) &&
      Object.values(choices).every(isText) &&
      Array.isArray(tried) &&
      tried.every(isText) &&
      typeof spentMs === 'number'
    return isFound ? ({ key, choices, tried, spentMs } as Found) : undefined
  } catch {
    return undefined
  }
}
