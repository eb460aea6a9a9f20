// report.json: what a session measured, and reading it back from an export.
import { StudioError } from './base/errors.ts'
import { isRecord, parseJsonObject } from './formats/json.ts'
import type { ExportResult, ModelRow, Report, SelfTest } from './protocol.ts'
import type { Session } from './session.ts'

export const REPORT_FILE = 'report.json'

export function makeReport(
  session: Session,
  { selfTest, exports, peak }: { selfTest: SelfTest; exports: readonly ExportResult[]; peak: number },
): Report {
  const { train, validation, test, labels } = session.data!.details
  return {
    report_version: 1,
    adapter: session.gpu.adapter,
    self_test: selfTest,
    data: { train, validation, test, labels },
    rows: session.table.entries.map(({ row }) => row),
    exports,
    peak_gpu_bytes: peak,
  }
}

/** The text of a report's file. */
export const formatReport = (report: Report): string => `${JSON.stringify(report, null, 2)}\n`

const STAGES = ['teacher', 'distill', 'prune', 'quantize']

/**
 * The report of an earlier run, checked as far as it is shown: stages, sizes, quality, latency and the adapter.
 * @throws StudioError `json-invalid`, naming the row and the key
 */
export function parseReport(text: string, where: string): Report {
  const json = parseJsonObject(text, where)
  const { report_version: version, adapter, rows } = json
  if (version !== 1) refuse(where, 'report_version', version)
  if (!isRecord(adapter) || typeof adapter.description !== 'string') refuse(where, 'adapter', adapter)
  if (!Array.isArray(rows) || rows.length === 0) return refuse(where, 'rows', rows)
  for (const [index, row] of rows.entries()) checkRow(row, `${where}: rows[${index}]`)
  return json as unknown as Report
}

const refuse = (where: string, key: string, value: unknown): never => {
  throw new StudioError(
    'json-invalid',
    `${where}: "${key}" is ${JSON.stringify(value)?.slice(0, 80) ?? 'missing'}.`,
  )
}

function checkRow(row: unknown, where: string): asserts row is ModelRow {
  if (!isRecord(row)) return refuse(where, 'row', row)
  if (!STAGES.includes(row.stage as string)) refuse(where, 'stage', row.stage)
  for (const key of ['parameters', 'bytes', 'n', 'agreement'])
    if (!isMeasure(row[key])) refuse(where, key, row[key])
  if (row.accuracy !== undefined && !isMeasure(row.accuracy)) refuse(where, 'accuracy', row.accuracy)
  if (row.scheme !== undefined && typeof row.scheme !== 'string') refuse(where, 'scheme', row.scheme)
  const latency = row.latency_ms
  if (!isRecord(latency) || !isMeasure(latency.p50)) refuse(where, 'latency_ms', latency)
}

const isMeasure = (value: unknown) => typeof value === 'number' && Number.isFinite(value) && value >= 0
