// A look at a model folder before anything is uploaded: what the header says, and whether it fits.
import type { Gpu } from '../../kernels/runtime/gpu.ts'
import { openCheckpoint } from './archs/load-plan.ts'
import type { Folder } from './base/bytes.ts'
import { type FitSettings, fitVerdicts } from './fit.ts'
import { requireModelFiles } from './formats/model-files.ts'
import type { FitVerdict, ModelSummary } from './protocol.ts'
import { architectures } from './registry.ts'
import { summarize } from './summary.ts'

export interface Inspection {
  readonly model: ModelSummary
  readonly fit: readonly FitVerdict[]
}

/**
 * Reads config.json and the headers of the weights; no tensor data.
 * @throws StudioError `file-missing` with a checklist; else as `openCheckpoint`
 */
export async function inspectModel(folder: Folder, gpu: Gpu): Promise<Inspection> {
  await requireModelFiles(folder)
  const checkpoint = await openCheckpoint(folder, (id) => architectures.get(id))
  return inspectionOf(summarize(folder.name, checkpoint), gpu)
}

/** The same of a model whose header was read. @param settings the catalog's defaults if absent */
export function inspectionOf(model: ModelSummary, gpu: Gpu, settings?: FitSettings): Inspection {
  const { maxBufferSize, maxStorageBufferBindingSize } = gpu.device.limits
  const limits = {
    budget: gpu.pool.ledger.budget,
    tensorBytes: Math.min(maxBufferSize, maxStorageBufferBindingSize),
  }
  return { model, fit: fitVerdicts(model.spec, limits, settings) }
}
