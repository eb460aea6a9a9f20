// One batch of a training: texts padded and uploaded, with what the teacher says of them.
import { padBatch } from '../data/batches.ts'
import { type Batch, forward, uploadBatch } from '../model/forward.ts'
import type { Model } from '../model/model.ts'
import type { DistillationBatch } from './distillation-loss.ts'
import type { TrainingSettings } from './schedule.ts'
import type { TrainingInput } from './training.ts'

/** A batch, and whether the teacher was run for it. */
export interface TrainingBatch extends DistillationBatch {
  readonly isTaughtAnew: boolean
}

/** Student layer → teacher layer that it came from, where hidden states are compared. */
export function matchedLayers(
  { student, teacher }: { student: Model; teacher: Model },
  { hiddenWeight }: Pick<TrainingSettings, 'hiddenWeight'>,
): Map<number, number> {
  if (hiddenWeight === 0) return new Map()
  const bySource = new Map(teacher.spec.layers.map(({ source }, index) => [source, index]))
  return new Map(
    student.spec.layers.flatMap(({ source }, index): [number, number][] => {
      const match = bySource.get(source)
      return match === undefined ? [] : [[index, match]]
    }),
  )
}

/** Uploads the texts of `rows`, padded, and finds the teacher's outputs; the caller releases them. */
export function trainingBatch(
  input: TrainingInput,
  settings: TrainingSettings,
  rows: readonly number[],
): TrainingBatch {
  const { gpu, ids, labels } = input
  const texts = rows.map((row) => ids[row]!)
  const padded = padBatch(texts)
  const batch = uploadBatch(gpu, padded)
  return {
    batch,
    ids: padded.ids,
    labels: Int32Array.from(rows, (row) => labels[row]!),
    tokens: texts.reduce((sum, text) => sum + text.length, 0),
    ...taught(input, settings, { rows, batch }),
  }
}

function taught(
  { gpu, teacher, teacherOutputs, student }: TrainingInput,
  settings: TrainingSettings,
  { rows, batch }: { rows: readonly number[]; batch: Batch },
): Pick<TrainingBatch, 'teacherLogits' | 'teacherHidden' | 'isTaughtAnew'> {
  if (!teacher) return { teacherHidden: new Map(), isTaughtAnew: false }
  const matched = matchedLayers({ student, teacher }, settings)
  const layers = [...matched.values()]
  const { logits, hidden, isNew } = teacherOutputs?.of(rows, batch, layers) ?? {
    ...forward(gpu, teacher, batch, { hidden: layers }),
    isNew: true,
  }
  const teacherHidden = new Map([...matched].map(([layer, from]) => [layer, hidden.get(from)!]))
  return { teacherLogits: logits, teacherHidden, isTaughtAnew: isNew }
}
