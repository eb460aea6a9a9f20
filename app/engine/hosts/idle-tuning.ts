// Tunes the kernels in the page, and keeps what was found in IndexedDB.
import { get, set } from 'idb-keyval'
import type { Gpu } from '../../../kernels/runtime/gpu.ts'
import { Tuner, type TuningStore } from '../tuning.ts'
import type { IdleJob } from './idle-work.ts'

const REST_MS = 1500
const KEPT_AS = 'tuning'

const store: TuningStore = { read: () => get(KEPT_AS), write: (text) => set(KEPT_AS, text) }

/** Takes over what is known of this adapter; the job finds out the rest, a pair of forms a step. */
export async function openIdleTuning(gpu: Gpu): Promise<IdleJob> {
  const tuner = await Tuner.open(gpu, store, navigator.userAgent)
  return {
    get isDone() {
      return tuner.isDone
    },
    restMs: REST_MS,
    step: () => tuner.step(),
  }
}
