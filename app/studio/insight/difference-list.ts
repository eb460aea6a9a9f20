// Rows where the models differ: found by their words, written as CSV.
import type { ClassChange, Differences, DifferingRow } from '../../engine/protocol.ts'

/** Rows in which every word of the search occurs: in the text, the label or a prediction; case does not matter. */
export function matching(rows: Differences['rows'], search: string): readonly DifferingRow[] {
  const sought = search.toLocaleLowerCase().split(/\s+/).filter(Boolean)
  if (sought.length === 0) return rows
  return rows.filter(({ text, label = '', teacher, student }) => {
    const whole = [text, label, teacher.label, student.label].join('\n').toLocaleLowerCase()
    return sought.every((word) => whole.includes(word))
  })
}

const HEAD = [
  'kind',
  'text',
  'label',
  'teacher',
  'teacher_probability',
  'student',
  'student_probability',
] as const

/** CSV (RFC 4180) with a header row; probabilities with six digits. */
export function differencesCsv(rows: readonly DifferingRow[]): string {
  const lines = rows.map(({ kind, text, label = '', teacher, student }) => [
    kind,
    text,
    label,
    teacher.label,
    teacher.probability.toFixed(6),
    student.label,
    student.probability.toFixed(6),
  ])
  return [HEAD, ...lines].map((cells) => `${cells.map(quoted).join(',')}\r\n`).join('')
}

const quoted = (cell: string) => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)

/** Change of a class's accuracy, −1 to 1. */
export const changeOf = ({ n, teacherRight, studentRight }: ClassChange): number =>
  (studentRight - teacherRight) / n

/** Classes by change, the largest loss first; of equal changes the one with more rows. */
export function byChange(classes: readonly ClassChange[]): readonly ClassChange[] {
  return [...classes].sort((a, b) => changeOf(a) - changeOf(b) || b.n - a.n)
}
