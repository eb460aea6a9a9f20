// One layer of the teacher and what the student has of it.
import { exact } from '../ui/format.ts'
import { words } from '../words.ts'
import { LayerDrawing } from './LayerDrawing.tsx'
import styles from './LayerLine.module.css'
import type { LayerPair } from './structure.ts'

interface LayerLineProps {
  readonly layer: LayerPair
  readonly hasStudent: boolean
}

export function LayerLine({ layer, hasStudent }: LayerLineProps) {
  const { source, teacher, student } = layer
  const { structure } = words.insight
  const bits = (all: readonly number[]) => all.map(exact).join(', ')
  return (
    <tr className={styles.line}>
      <th scope="row">{exact(source)}</th>
      <td>
        <LayerDrawing teacher={teacher} kept={teacher} />
        <span className={styles.words}>
          {structure.heads(exact(teacher.heads))}, {structure.ffn(exact(teacher.ffn))}
        </span>
      </td>
      {hasStudent && (
        <td>
          <LayerDrawing teacher={teacher} kept={student} />
          <span className={styles.words}>{student ? studentWords(layer) : structure.removed}</span>
        </td>
      )}
      {hasStudent && (
        <td className={styles.bits}>
          {student
            ? structure.bitsCell(bits(student.attentionBits), bits(student.ffnBits))
            : words.table.none}
        </td>
      )}
    </tr>
  )
}

/** "3 of 4 heads (without 2), FFN 180 of 256". */
function studentWords({ teacher, student }: LayerPair): string {
  if (!student) return ''
  const { structure } = words.insight
  const { keptHeads } = student
  const gone = Array.from({ length: teacher.heads }, (_, head) => head).filter(
    (head) => keptHeads && !keptHeads.includes(head),
  )
  const isSome = gone.length > 0 && gone.length < teacher.heads
  const without = isSome ? ` (${structure.without(gone.map(exact).join(', '))})` : ''
  const heads = structure.headsOf(exact(student.heads), exact(teacher.heads))
  return `${heads}${without}, ${structure.ffnOf(exact(student.ffn), exact(teacher.ffn))}`
}
