// What a closer look at the models of a session asks for: rows where they differ, and what their heads attend to.
import { StudioError } from './base/errors.ts'
import { scoredSplit } from './data/prepared.ts'
import { compareLogits } from './metrics/differences.ts'
import { attentionMaps } from './model/attention-maps.ts'
import type { AttentionModel, Event, RowKey } from './protocol.ts'
import type { Session } from './session.ts'

/** Tokens of a text that attention is shown for: more would not fit on a screen, and T² numbers a head add up. */
export const MOST_ATTENTION_TOKENS = 64

type EventOf<Type extends Event['type']> = Extract<Event, { type: Type }>

/**
 * Compares a student with the teacher on the scored rows, from logits that are kept: nothing runs on the GPU.
 * Undefined when the row is not there (any more); its `dropped` event has told that already.
 */
export function differencesOf(session: Session, key: RowKey): EventOf<'differences'> | undefined {
  const { entries } = session.table
  const [teacher] = entries
  const student = entries.find((entry) => entry.key === key)
  const { data, opened } = session
  if (!teacher || !student || !data || !opened) return undefined
  const { rows } = scoredSplit(data)
  const differences = compareLogits({
    teacherLogits: teacher.logits,
    studentLogits: student.logits,
    labels: rows.labels,
    texts: rows.texts,
    names: opened.checkpoint.spec.labels,
  })
  return { type: 'differences', key, differences }
}

/**
 * Attention of every model in the table on one text, cut to the tokens that are shown: the models see no more of it.
 * @throws StudioError `file-missing` without a model
 */
export async function attentionOf(session: Session, text: string): Promise<EventOf<'attention'>> {
  const { opened, table, gpu } = session
  if (!opened) throw new StudioError('file-missing', 'No model is open.')
  const { tokenizer, checkpoint, model } = opened
  const longest = tokenizer.longest(MOST_ATTENTION_TOKENS, checkpoint.spec.positions)
  const ids = tokenizer.encode(text, longest)
  const cutTokens = tokenizer.encodeWhole(text).length - ids.length
  const kept = table.entries.length > 0 ? table.entries : [{ key: 'teacher' as const, model }]
  const models: AttentionModel[] = []
  for (const entry of kept) {
    models.push({ key: entry.key, layers: await attentionMaps(gpu, entry.model, ids) })
  }
  const tokens = Array.from(ids, (id) => tokenizer.tokenOf(id))
  return { type: 'attention', text, tokens, cutTokens, models }
}
