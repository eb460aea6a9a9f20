// `decant predict`: label, probability and logits of every row of a file.
import { encodeAll } from '../engine/data/batches.ts'
import { buildDataset, guessColumns } from '../engine/data/dataset.ts'
import { openTable } from '../engine/data/open-table.ts'
import { fileSource } from '../engine/hosts/node-files.ts'
import { bestClass, rowProbabilities } from '../engine/metrics/score.ts'
import { predict as predictLogits } from '../engine/model/predict.ts'
import { FORWARD_CHECKS } from '../engine/self-test.ts'
import type { Arguments } from './arguments.ts'
import { openWholeModel } from './open-model.ts'
import { openSession } from './open-session.ts'
import type { ProgressBar } from './progress-bar.ts'

const DEFAULT_MAX_LENGTH = 128

export async function predict(args: Arguments, progress: ProgressBar): Promise<string> {
  const table = await openTable(await fileSource(args.data!))
  const folder = await openWholeModel(args.target, progress)
  const { session } = await openSession(progress, args, FORWARD_CHECKS)
  const { model, tokenizer, checkpoint } = await session.openModel(folder)
  const { labels, positions } = checkpoint.spec
  const text = args.text ?? guessColumns(table).text
  const { texts } = buildDataset(table, { text, label: null, labels })
  const ids = encodeAll(tokenizer, texts, tokenizer.longest(args.maxLength ?? DEFAULT_MAX_LENGTH, positions))
  const logits = await predictLogits(session.gpu, model, ids, session.watch('teacher', 'measure'))
  const classes = labels.length
  const rows = texts.map((value, row) => {
    const best = bestClass(logits, row, classes)
    return {
      text: value,
      label: labels[best]!,
      probability: rowProbabilities(logits, row, classes)[best]!,
      logits: [...logits.subarray(row * classes, (row + 1) * classes)],
    }
  })
  if (args.json) return `${JSON.stringify({ rows })}\n`
  return rows
    .map(({ text: value, label, probability }) => `${label}\t${probability.toFixed(4)}\t${value}\n`)
    .join('')
}
