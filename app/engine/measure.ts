// Measures a model on the scored rows and makes its table row.
import type { Gpu } from '../../kernels/runtime/gpu.ts'
import type { Watch } from './base/watch.ts'
import { type PreparedData, scoredSplit } from './data/prepared.ts'
import { scoreLogits } from './metrics/score.ts'
import { measureLatency } from './model/latency.ts'
import { type Model, weightBytes } from './model/model.ts'
import { predict } from './model/predict.ts'
import { encoderParameterCount, groupBytes, modelBytes, multiplyAdds, parameterCount } from './model/spec.ts'
import type { ModelRow } from './protocol.ts'

export interface MeasuredModel {
  readonly row: ModelRow
  /** Logits of the scored rows [rows, labels]. */
  readonly logits: Float32Array<ArrayBuffer>
}

export interface MeasureOptions {
  readonly stage: ModelRow['stage']
  readonly data: PreparedData
  /** Absent for the teacher itself. */
  readonly teacherLogits?: Float32Array
  /** Seconds spent making the model, before it is measured. */
  readonly seconds: number
  readonly watch: Watch
}

export async function measure(gpu: Gpu, model: Model, options: MeasureOptions): Promise<MeasuredModel> {
  const started = performance.now()
  const { stage, data, watch } = options
  const { split, rows } = scoredSplit(data)
  const before = gpu.pool.ledger.now
  const peakSince = gpu.pool.watchPeak()
  const logits = await predict(gpu, model, rows.ids, watch).finally(peakSince)
  const activationBytes = peakSince() - before
  const teacherLogits = options.teacherLogits ?? logits
  const quality = scoreLogits({
    logits,
    teacherLogits,
    labels: rows.labels,
    classes: model.spec.labels.length,
  })
  const typical = typicalText(rows.ids)
  const latency = await measureLatency(gpu, model, typical, watch)
  const { scheme, groupSize } = model.format
  const row: ModelRow = {
    stage,
    ...(scheme === 'F32' ? {} : { scheme }),
    ...(groupSize > 0 ? { group_size: groupSize } : {}),
    parameters: parameterCount(model.spec),
    encoder_parameters: encoderParameterCount(model.spec),
    bytes: modelBytes(model.spec, model.format),
    group_bytes: groupBytes(model.spec, model.format),
    gpu_bytes: weightBytes(model) + activationBytes,
    multiply_adds: multiplyAdds(model.spec, typical.length),
    layers: model.spec.layers,
    split,
    ...quality,
    latency_ms: latency,
    seconds: options.seconds + (performance.now() - started) / 1000,
  }
  return { row, logits }
}

/** The text of median length: what latency and multiply-adds are stated for. */
export function typicalText<T extends { readonly length: number }>(ids: readonly T[]): T {
  const sorted = [...ids].sort((a, b) => a.length - b.length)
  return sorted[Math.floor((sorted.length - 1) / 2)]!
}
