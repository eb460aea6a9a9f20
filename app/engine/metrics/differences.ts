// Where a student answers otherwise than its teacher: row by row, class by class, and pair of classes by pair.
import { assert } from '../base/errors.ts'
import type { ClassChange, ConfusionChange, DifferenceKind, Differences, DifferingRow } from '../protocol.ts'
import { bestClass, rowProbabilities } from './score.ts'

/** Rows of one kind, and confusion pairs, that are told; the counts are of all. */
export const MOST_ROWS = 500
export const MOST_CONFUSIONS = 50

export interface ComparedLogits {
  /** [rows, names.length], of the same rows. */
  readonly teacherLogits: Float32Array
  readonly studentLogits: Float32Array
  /** Class by row, -1 for none. */
  readonly labels: Int32Array
  readonly texts: readonly string[]
  /** Name of every class. */
  readonly names: readonly string[]
}

/**
 * Compares the predictions (largest logit) of both models. A row is gained where only the student is right, lost where only the
 * teacher is, and changed where they differ and neither is right or there is no label. Of each kind the rows of which the student is
 * surest come first (softmax in F64).
 */
export function compareLogits(compared: ComparedLogits): Differences {
  const { teacherLogits, studentLogits, labels, texts, names } = compared
  const classes = names.length
  assert(
    teacherLogits.length === labels.length * classes && studentLogits.length === teacherLogits.length,
    'logits have a row per label and a column per class',
  )
  const predictions = texts.map((_, row): Prediction => {
    const [teacher, student] = [teacherLogits, studentLogits].map((logits) => bestClass(logits, row, classes))
    return { row, actual: labels[row]!, teacher: teacher!, student: student! }
  })
  const differing = predictions
    .filter(({ teacher, student }) => teacher !== student)
    .map((prediction) => differingRow(compared, prediction))
    .sort((a, b) => b.student.probability - a.student.probability)
  const ofKind = (kind: DifferenceKind) => differing.filter((row) => row.kind === kind)
  const [gained, lost, changed] = [ofKind('gained'), ofKind('lost'), ofKind('changed')]
  return {
    compared: texts.length,
    counts: { gained: gained.length, lost: lost.length, changed: changed.length },
    rows: [gained, lost, changed].flatMap((rows) => rows.slice(0, MOST_ROWS)),
    classes: classChanges(predictions, names),
    confusions: confusionChanges(predictions, names),
  }
}

interface Prediction {
  readonly row: number
  /** Class, -1 for none. */
  readonly actual: number
  readonly teacher: number
  readonly student: number
}

function differingRow(compared: ComparedLogits, { row, actual, teacher, student }: Prediction): DifferingRow {
  const { names, texts, teacherLogits, studentLogits } = compared
  const guess = (logits: Float32Array, id: number) => ({
    label: names[id]!,
    probability: rowProbabilities(logits, row, names.length)[id]!,
  })
  return {
    text: texts[row]!,
    ...(actual < 0 ? {} : { label: names[actual]! }),
    teacher: guess(teacherLogits, teacher),
    student: guess(studentLogits, student),
    kind: student === actual ? 'gained' : teacher === actual ? 'lost' : 'changed',
  }
}

/** Rows that each model gets right, of every class that has labelled rows, in the order of the classes. */
function classChanges(predictions: readonly Prediction[], names: readonly string[]): ClassChange[] {
  const changes = names.map((label) => ({ label, n: 0, teacherRight: 0, studentRight: 0 }))
  for (const { actual, teacher, student } of predictions) {
    const change = changes[actual]
    if (!change) continue
    change.n++
    if (teacher === actual) change.teacherRight++
    if (student === actual) change.studentRight++
  }
  return changes.filter(({ n }) => n > 0)
}

/** How often each wrong class stands for a right one; the largest changes first, of equals the first classes. */
function confusionChanges(predictions: readonly Prediction[], names: readonly string[]): ConfusionChange[] {
  const classes = names.length
  const cells = new Map<number, { teacherCount: number; studentCount: number }>()
  const add = (actual: number, predicted: number, who: 'teacherCount' | 'studentCount') => {
    if (actual < 0 || actual === predicted) return
    const at = actual * classes + predicted
    const cell = cells.get(at) ?? { teacherCount: 0, studentCount: 0 }
    cell[who]++
    cells.set(at, cell)
  }
  for (const { actual, teacher, student } of predictions) {
    add(actual, teacher, 'teacherCount')
    add(actual, student, 'studentCount')
  }
  const size = ({ teacherCount, studentCount }: { teacherCount: number; studentCount: number }) =>
    Math.abs(studentCount - teacherCount)
  return [...cells]
    .filter(([, cell]) => size(cell) > 0)
    .sort(([atA, a], [atB, b]) => size(b) - size(a) || atA - atB)
    .slice(0, MOST_CONFUSIONS)
    .map(([at, cell]) => ({
      actual: names[Math.floor(at / classes)]!,
      predicted: names[at % classes]!,
      ...cell,
    }))
}
