// Runs exported bytes in a runtime that users have, on the session's own rows.
import type { Watch } from './base/watch.ts'
import { evaluationBatches, padBatch } from './data/batches.ts'
import { scoredSplit } from './data/prepared.ts'
import { type InferenceRuntime, type Verification, verifyExport } from './exports/verify.ts'
import { bestClass } from './metrics/score.ts'
import type { KeptModel } from './model-table.ts'
import type { Session } from './session.ts'

const ROWS_PER_BATCH = 32

/** What our engine said of rows; it stays true when models and data of the session have gone. */
export interface Expected {
  readonly ids: readonly Uint32Array[]
  /** Class of every row, below 0 where it is unknown. */
  readonly labels: ArrayLike<number>
  /** [rows, classes] */
  readonly logits: Float32Array
  readonly classes: number
}

export interface VerifyRequest {
  readonly runtime: InferenceRuntime
  readonly bytes: Uint8Array
  readonly expected: Expected
  /** At most this many of the rows. */
  readonly rows: number
  readonly watch: Watch
}

export function expectedOf(session: Session, { logits, model }: KeptModel): Expected {
  const { ids, labels } = scoredSplit(session.data!).rows
  return { ids, labels, logits, classes: model.spec.labels.length }
}

/**
 * Scores rows and times a text of median length.
 * @throws StudioError `export-mismatch` when the runtime does not open the file; `cancelled`
 */
export async function verifyFile(request: VerifyRequest): Promise<Verification> {
  const { runtime, bytes, expected, watch } = request
  const { ids, labels, logits, classes } = expected
  const count = Math.min(request.rows, ids.length)
  const lengths = ids.slice(0, count).map((text) => text.length)
  const batches = evaluationBatches(lengths, { batchSize: ROWS_PER_BATCH })
  // By length, so that the middle one has the median length.
  const order = batches.flat()
  return verifyExport(
    runtime,
    bytes,
    batches.map((rows) => padBatch(rows.map((row) => ids[row]!))),
    {
      predictions: order.map((row) => bestClass(logits, row, classes)),
      labels: order.map((row) => labels[row]!),
    },
    {
      timed: padBatch([ids[order[count >> 1]!]!]),
      onRows: async (done) => {
        watch.progress(done, count, 'rows')
        await watch.checkpoint()
      },
    },
  )
}

/** Rows on which a runtime may predict another class: the share that is not asked for, and one row in any case. */
export function allowedDifferences(rows: number, leastAgreement: number): number {
  return Math.max(1, rows - Math.ceil(rows * leastAgreement))
}
