// `decant evaluate`: measures a checkpoint on a labelled file.
import { openTable } from '../engine/data/open-table.ts'
import { fileSource } from '../engine/hosts/node-files.ts'
import type { ModelRow } from '../engine/protocol.ts'
import { FORWARD_CHECKS } from '../engine/self-test.ts'
import type { Arguments } from './arguments.ts'
import { openWholeModel } from './open-model.ts'
import { openSession } from './open-session.ts'
import type { ProgressBar } from './progress-bar.ts'

export async function evaluate(args: Arguments, progress: ProgressBar): Promise<string> {
  const table = await openTable(await fileSource(args.data!))
  const folder = await openWholeModel(args.target, progress)
  const { session, selfTest } = await openSession(progress, args, FORWARD_CHECKS)
  await session.openModel(folder)
  const options = { text: args.text, label: args.label, max_length: args.maxLength }
  session.openData(
    { test: table },
    Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)),
  )
  for (const { label, rows } of session.data!.details.unknownLabels)
    progress.note(`The model has no label "${label}": its ${rows} rows are not scored.`)
  const { row } = await session.measureTeacher()
  const { adapter } = session.gpu
  if (args.json) return `${JSON.stringify({ ...row, adapter, self_test: selfTest }, null, 2)}\n`
  return rowText(row, adapter.description || adapter.vendor)
}

function rowText(row: ModelRow, adapter: string): string {
  const percent = (share: number) => `${(100 * share).toFixed(2)} %`
  const [low, high] = row.interval
  const { p50, p95, tokens } = row.latency_ms
  const lines = [
    ...(row.accuracy === undefined
      ? [`n = ${row.n}, no labels`]
      : [
          `accuracy ${percent(row.accuracy)} of n = ${row.n} (95 % interval ${percent(low)} to ${percent(high)})`,
          `macro F1 ${percent(row.macro_f1!)}`,
        ]),
    `latency p50 ${p50.toFixed(1)} ms, p95 ${p95.toFixed(1)} ms (one text of ${tokens} tokens, ${adapter})`,
    `${row.parameters.toLocaleString('en')} parameters, ${(row.bytes / 1e6).toFixed(2)} MB, ${(row.multiply_adds / 1e6).toFixed(0)} M multiply-adds`,
  ]
  return `${lines.join('\n')}\n`
}
