// Measured models: rows of the table, and the report that a run leaves.
import type { LayerSpec, WeightGroup } from '../model/spec.ts'
import type { StageKind } from './recipe.ts'

/** Row slots of the table. Quantized rows are keyed by scheme and group size, since they are alternatives. */
export type RowKey = 'teacher' | 'distill' | 'prune' | `quantize:${string}`

export interface Latency {
  readonly batch: number
  readonly tokens: number
  /** Milliseconds. */
  readonly p50: number
  readonly p95: number
  readonly samples: readonly number[]
}

/** One measured model: a row of the comparison table and of report.json. Fractions are 0–1. */
export interface ModelRow {
  readonly stage: 'teacher' | StageKind
  readonly scheme?: string
  readonly group_size?: number
  readonly parameters: number
  readonly encoder_parameters: number
  readonly bytes: number
  /** `bytes` by group of weights. */
  readonly group_bytes: Readonly<Record<WeightGroup, number>>
  /** GPU memory of the model alone: its weights, and the most that its activations took while it was measured. */
  readonly gpu_bytes: number
  readonly multiply_adds: number
  readonly layers: readonly LayerSpec[]
  readonly split: 'test' | 'validation'
  readonly n: number
  /** Absent without labels; then `agreement` stands in its place. */
  readonly accuracy?: number
  /** 95 % Wilson interval of accuracy, or of agreement without labels. */
  readonly interval: readonly [low: number, high: number]
  readonly macro_f1?: number
  readonly agreement: number
  /** Mean KL(teacher ‖ model) in nats. */
  readonly kl: number
  /** Exact McNemar test against the teacher; absent without labels. */
  readonly p_value?: number
  readonly latency_ms: Latency
  /** Seconds the stage took, training and measuring. */
  readonly seconds: number
}

export interface SelfTest {
  readonly passed: number
  readonly failed: readonly string[]
}

export interface AdapterInfo {
  readonly vendor: string
  readonly architecture: string
  readonly description: string
  readonly fallback: boolean
}

export interface DataSummary {
  readonly train: number
  readonly validation: number
  readonly test: number
  readonly labels: number
}

export interface ExportResult {
  readonly file: string
  readonly bytes: number
  /** Index of the row that the file holds. */
  readonly row: number
  readonly runtime: string
  readonly n: number
  /** Share of rows where the runtime predicts what our engine predicts. */
  readonly agreement: number
  readonly accuracy?: number
  /** Median milliseconds of one text in that runtime. */
  readonly latency_ms?: Pick<Latency, 'batch' | 'tokens' | 'p50'>
}

export interface Report {
  readonly report_version: 1
  readonly adapter: AdapterInfo
  readonly self_test: SelfTest
  readonly data: DataSummary
  readonly rows: readonly ModelRow[]
  readonly exports: readonly ExportResult[]
  /** Peak bytes of GPU memory while training, by our own ledger. */
  readonly peak_gpu_bytes: number
}
