// One batch of a training: texts padded and uploaded, with what the teacher says of them.
import { gatherRows } from '../../../kernels/gather/gather.ts'
import type { Gpu } from '../../../kernels/runtime/gpu.ts'
import { createTensor, release, type Tensor, upload } from '../../../kernels/runtime/tensor.ts'
import { padBatch } from '../data/batches.ts'
import { type Batch, forward, uploadBatch } from '../model/forward.ts'
import type { Model } from '../model/model.ts'
import type { DistillationBatch } from './distillation-loss.ts'
import type { TrainingSettings } from './schedule.ts'
import type { TrainingInput } from './training.ts'

/** Student layer → teacher layer that it came from. */
function matchedLayers(student: Model, teacher: Model): Map<number, number> {
  const bySource = new Map(teacher.spec.layers.map(({ source }, index) => [source, index]))
  return new Map(
    student.spec.layers.flatMap(({ source }, index): [number, number][] => {
      const match = bySource.get(source)
      return match === undefined ? [] : [[index, match]]
    }),
  )
}

/** The teacher where it runs beside the student at every step: its logits are not there, or its hidden states are wanted too. */
export function stepTeacher(
  { teacher, teacherLogits }: Pick<TrainingInput, 'teacher' | 'teacherLogits'>,
  { hiddenWeight }: Pick<TrainingSettings, 'hiddenWeight'>,
): Model | undefined {
  return teacherLogits && hiddenWeight === 0 ? undefined : teacher
}

/** Uploads the texts of `rows`, padded, and finds the teacher's outputs; the caller releases them. */
export function trainingBatch(
  input: TrainingInput,
  settings: TrainingSettings,
  rows: readonly number[],
): DistillationBatch {
  const { gpu, ids, labels } = input
  const texts = rows.map((row) => ids[row]!)
  const padded = padBatch(texts)
  const batch = uploadBatch(gpu, padded)
  return {
    batch,
    ids: padded.ids,
    labels: Int32Array.from(rows, (row) => labels[row]!),
    tokens: texts.reduce((sum, text) => sum + text.length, 0),
    ...teacherOutputs(input, settings, { rows, batch }),
  }
}

function teacherOutputs(
  input: TrainingInput,
  settings: TrainingSettings,
  { rows, batch }: { rows: readonly number[]; batch: Batch },
): Pick<DistillationBatch, 'teacherLogits' | 'teacherHidden'> {
  const { gpu, teacherLogits, student } = input
  if (!input.teacher) return { teacherHidden: new Map() }
  const teacher = stepTeacher(input, settings)
  if (!teacher) return { teacherLogits: rowsOf(gpu, teacherLogits!, rows), teacherHidden: new Map() }
  const matched = matchedLayers(student, teacher)
  const { logits, hidden } = forward(gpu, teacher, batch, { hidden: [...matched.values()] })
  const teacherHidden = new Map([...matched].map(([layer, from]) => [layer, hidden.get(from)!]))
  return { teacherLogits: logits, teacherHidden }
}

function rowsOf(gpu: Gpu, logits: Tensor<'f32'>, rows: readonly number[]): Tensor<'f32'> {
  const cols = logits.shape[1]!
  const indices = upload(gpu, 'u32', Uint32Array.from(rows), { owner: 'activations' })
  const out = createTensor(gpu, 'f32', [rows.length, cols], 'activations')
  gatherRows(gpu, { x: logits, indices, out }, { rows: rows.length, cols })
  release(gpu, indices)
  return out
}
