// The same head of teacher and student next to each other, with one cell pointed at in both.
import { useState } from 'react'
import type { AttentionModel, RowKey } from '../../engine/protocol.ts'
import { useStudio } from '../store/context.ts'
import type { Insight } from '../store/insight.ts'
import { rowName } from '../store/names.ts'
import { percent } from '../ui/format.ts'
import { Select } from '../ui/Select.tsx'
import { words } from '../words.ts'
import { AttentionMap } from './AttentionMap.tsx'
import styles from './AttentionPair.module.css'
import { type Cell, mapOf } from './attention.ts'
import { keptHeads } from './structure.ts'

interface AttentionPairProps {
  readonly attention: NonNullable<Insight['attention']>
  readonly student: RowKey | undefined
  /** Layer and head of the teacher; without a head the first that both have. */
  readonly at: { readonly layer: number; readonly head: number | undefined }
  readonly onLayer: (layer: number) => void
  readonly onHead: (head: number) => void
}

/** The cell pointed at; moves by keyboard are told to readers, those of a mouse are not. */
interface Pointed extends Cell {
  readonly isByKeyboard: boolean
}

export function AttentionPair({ attention, student, at, onLayer, onHead }: AttentionPairProps) {
  const catalog = useStudio((state) => state.catalog)
  const importance = useStudio((state) => state.importance)
  const [pointed, setPointed] = useState<Pointed>()
  const { attention: terms } = words.insight
  const { tokens, models } = attention
  const teacher = models.find(({ key }) => key === 'teacher')
  const other = models.find(({ key }) => key === student)
  if (!teacher) return null
  const layer = Math.min(at.layer, teacher.layers.length - 1)
  const headCount = teacher.layers[layer]?.heads.length ?? 0
  const heads = (source: number) => headsOf(other, source, teacher.layers[source]!.heads.length, importance)
  const here = heads(layer)
  const head = Math.min(at.head ?? here.kept?.[0] ?? 0, headCount - 1)
  const place = here.kept ? here.kept.indexOf(head) : Math.min(head, here.count - 1)
  const maps = {
    teacher: mapOf(teacher, layer, head),
    student: mapOf(other, layer, place),
  }
  const isGone = (source: number) => other !== undefined && !heads(source).isThere
  const isHeadGone = (number: number) => other !== undefined && here.kept?.includes(number) === false
  const choices = (count: number, name: (number: number) => string, gone: (number: number) => boolean) =>
    Array.from({ length: count }, (_, number) => ({
      value: String(number),
      label: gone(number) ? terms.removedName(name(number)) : name(number),
    }))
  const why = other ? (isGone(layer) ? terms.layerGone : terms.headGone) : terms.notMade
  const names = { teacher: words.stage('teacher'), student: student ? rowName({ catalog }, student) : '' }
  const title = (name: string) => terms.grid(name, terms.layerName(layer), terms.headName(head))
  return (
    <div className={styles.pair}>
      <div className={styles.choices}>
        <Select
          label={terms.layer}
          choices={choices(teacher.layers.length, terms.layerName, isGone)}
          value={String(layer)}
          onChange={(value) => onLayer(Number(value))}
        />
        <Select
          label={terms.head}
          choices={choices(headCount, terms.headName, isHeadGone)}
          value={String(head)}
          onChange={(value) => onHead(Number(value))}
        />
      </div>
      <p className={styles.cell} aria-live={pointed?.isByKeyboard ? 'polite' : 'off'}>
        {pointed
          ? cellWords(pointed, tokens, [
              [names.teacher, maps.teacher],
              [names.student, maps.student],
            ])
          : terms.cellNone}
      </p>
      <div className={styles.maps}>
        {maps.teacher && (
          <AttentionMap
            title={title(names.teacher)}
            tokens={tokens}
            map={maps.teacher}
            pointed={pointed}
            onPoint={setPointed}
          />
        )}
        {student && maps.student && (
          <AttentionMap
            title={title(names.student)}
            tokens={tokens}
            map={maps.student}
            pointed={pointed}
            onPoint={setPointed}
          />
        )}
        {student && !maps.student && <p className={styles.gone}>{why}</p>}
      </div>
      {student && maps.student && !here.kept && <p className={styles.note}>{terms.unknown(place)}</p>}
      <p className={styles.note}>{terms.keys}</p>
    </div>
  )
}

/** What a student has of a layer of the teacher, and which of its heads, where that is known. */
function headsOf(
  model: AttentionModel | undefined,
  source: number,
  teacherHeads: number,
  importance: Parameters<typeof keptHeads>[2],
) {
  const layer = model?.layers.find((each) => each.source === source)
  const count = layer?.heads.length ?? 0
  const kept = layer && keptHeads({ source, heads: count, ffn: 0 }, teacherHeads, importance)
  return { isThere: layer !== undefined, count, kept }
}

/** "“[CLS]” looks at “card”: Teacher 23.4%, Pruned 18.0%". */
function cellWords(
  { query, key }: Cell,
  tokens: readonly string[],
  maps: readonly (readonly [name: string, map: Float32Array | undefined])[],
): string {
  const shares = maps.flatMap(([name, map]) =>
    map ? [`${name} ${percent(map[query * tokens.length + key] ?? 0)}`] : [],
  )
  return `${words.insight.attention.cell(tokens[query] ?? '', tokens[key] ?? '')}: ${shares.join(', ')}`
}
