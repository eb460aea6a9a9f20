// Runs an exported file in a runtime that is not ours and compares what it predicts with what we predict.
import { percentile } from '../metrics/latency.ts'
import type { ExportResult } from '../protocol.ts'

/** Rows padded on the right to one length; `ids` and `mask` are [batch, tokens]. */
export interface RuntimeBatch {
  readonly ids: Uint32Array
  readonly mask: Uint32Array
  readonly batch: number
  readonly tokens: number
}

export interface OpenedModel {
  /** Logits [batch, labels]. */
  run(batch: RuntimeBatch): Promise<Float32Array>
  close(): Promise<void>
}

/** A runtime for exported files, handed in by the host. */
export interface InferenceRuntime {
  /** With its version, as reports show it. */
  readonly name: string
  open(bytes: Uint8Array): Promise<OpenedModel>
}

/** What our engine says of the same rows, in the order of the batches. */
export interface OurOutputs {
  /** Class of every row. */
  readonly predictions: ArrayLike<number>
  /** True class of every row, below 0 where it is unknown; absent without labels. */
  readonly labels?: ArrayLike<number>
  /** Logits [rows, labels]; with them the largest difference is measured too. */
  readonly logits?: ArrayLike<number>
}

export type Verification = Pick<ExportResult, 'runtime' | 'n' | 'agreement' | 'accuracy' | 'latency_ms'> & {
  /** Largest absolute difference of a logit; only where `logits` were given. */
  readonly largestDifference?: number
}

export interface VerifyOptions {
  readonly signal?: AbortSignal
  /** Called and awaited with the rows done so far; a rejection ends the check. */
  readonly onRows?: (rows: number) => void | Promise<void>
  /** A batch that is run alone some times, to measure how long it takes there. */
  readonly timed?: RuntimeBatch
}

const WARM_UP = 2
const TIMED_RUNS = 15

/**
 * Opens `bytes` and runs every batch. `n` counts rows, `agreement` is the share of them where the runtime predicts
 * what we predict, `accuracy` the share of labelled rows that it gets right. A row with a non-finite logit counts as
 * wrong in both.
 */
export async function verifyExport(
  runtime: InferenceRuntime,
  bytes: Uint8Array,
  batches: Iterable<RuntimeBatch>,
  ours: OurOutputs,
  options: VerifyOptions = {},
): Promise<Verification> {
  const opened = await runtime.open(bytes)
  const tally = new Tally(ours)
  const times: number[] = []
  try {
    for (const batch of batches) {
      options.signal?.throwIfAborted()
      tally.add(await opened.run(batch), batch.batch)
      await options.onRows?.(tally.rows)
    }
    if (options.timed) times.push(...(await timeRuns(opened, options.timed)))
  } finally {
    await opened.close()
  }
  return { runtime: runtime.name, ...tally.result(), ...latencyOf(times, options.timed) }
}

async function timeRuns(opened: OpenedModel, batch: RuntimeBatch): Promise<number[]> {
  const times: number[] = []
  for (let run = 0; run < WARM_UP + TIMED_RUNS; run++) {
    const from = performance.now()
    await opened.run(batch)
    if (run >= WARM_UP) times.push(performance.now() - from)
  }
  return times
}

function latencyOf(
  times: readonly number[],
  timed: RuntimeBatch | undefined,
): Pick<Verification, 'latency_ms'> {
  if (!timed) return {}
  const { batch, tokens } = timed
  return { latency_ms: { batch, tokens, p50: percentile(times, 0.5) } }
}

class Tally {
  rows = 0
  readonly #ours: OurOutputs
  #agreed = 0
  #labelled = 0
  #right = 0
  #difference = 0

  constructor(ours: OurOutputs) {
    this.#ours = ours
  }

  add(logits: Float32Array, batch: number): void {
    const classes = logits.length / batch
    for (let row = 0; row < batch; row++, this.rows++) {
      const scores = logits.subarray(row * classes, (row + 1) * classes)
      const prediction = predictedClass(scores)
      if (prediction === this.#ours.predictions[this.rows]) this.#agreed++
      const label = this.#ours.labels?.[this.rows] ?? -1
      if (label >= 0) this.#labelled++
      if (label >= 0 && label === prediction) this.#right++
      if (this.#ours.logits) this.#compare(scores, this.#ours.logits)
    }
  }

  #compare(scores: Float32Array, logits: ArrayLike<number>): void {
    scores.forEach((score, index) => {
      const difference = Math.abs(score - logits[this.rows * scores.length + index]!)
      // NaN compares as false both ways, so that it is asked for by itself.
      if (!(difference <= this.#difference)) this.#difference = difference
    })
  }

  result(): Omit<Verification, 'runtime'> {
    return {
      n: this.rows,
      agreement: this.#agreed / this.rows,
      ...(this.#labelled > 0 ? { accuracy: this.#right / this.#labelled } : {}),
      ...(this.#ours.logits ? { largestDifference: this.#difference } : {}),
    }
  }
}

/** Index of the largest logit, the first of equals; −1 when one is not finite. */
function predictedClass(scores: Float32Array): number {
  if (!scores.every(Number.isFinite)) return -1
  return scores.indexOf(Math.max(...scores))
}
