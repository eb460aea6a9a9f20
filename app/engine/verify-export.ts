// Runs exported bytes in a runtime that users have, on the session's own rows.
import { evaluationBatches, padBatch } from './data/batches.ts'
import { scoredSplit } from './data/prepared.ts'
import { type InferenceRuntime, type Verification, verifyExport } from './exports/verify.ts'
import { bestClass } from './metrics/score.ts'
import type { Session } from './session.ts'

const ROWS_PER_BATCH = 32

export interface VerifyRequest {
  readonly runtime: InferenceRuntime
  readonly bytes: Uint8Array
  /** Index of the kept model that the bytes hold. */
  readonly row: number
  /** At most this many of the scored rows. */
  readonly rows: number
}

/** @throws StudioError `export-mismatch` when the runtime does not open the file; `cancelled` */
export async function verifyFile(session: Session, request: VerifyRequest): Promise<Verification> {
  const { logits } = session.table.entries[request.row]!
  const { ids, labels } = scoredSplit(session.data!).rows
  const classes = session.opened!.checkpoint.spec.labels.length
  const count = Math.min(request.rows, ids.length)
  const lengths = ids.slice(0, count).map((text) => text.length)
  const batches = evaluationBatches(lengths, { batchSize: ROWS_PER_BATCH })
  const order = batches.flat()
  const watch = session.watch('export', 'verify')
  return verifyExport(
    request.runtime,
    request.bytes,
    batches.map((rows) => padBatch(rows.map((row) => ids[row]!))),
    {
      predictions: order.map((row) => bestClass(logits, row, classes)),
      labels: order.map((row) => labels[row]!),
    },
    {
      onRows: async (done) => {
        watch.progress(done, count, 'rows')
        await watch.checkpoint()
      },
    },
  )
}
