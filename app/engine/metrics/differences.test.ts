// Rows, classes and confusions where two models differ, counted by hand on nine rows of three classes.
import { describe, expect, it } from 'vitest'
import { compareLogits, MOST_CONFUSIONS, MOST_ROWS } from './differences.ts'

const names = ['a', 'b', 'c']
/** Logits of a model that gives class `id` the odds `odds` : 1 : 1. */
const sure = (id: number, odds: number) => [0, 1, 2].map((each) => (each === id ? Math.log(odds) : 0))

/** [label, teacher, student, the student's odds]; the teacher's odds are 2, so that it is half sure. */
const ROWS: readonly (readonly [number, number, number, number])[] = [
  [0, 0, 0, 8], // both right
  [0, 0, 1, 8], // lost, a → b
  [0, 0, 1, 18], // lost, a → b, surer
  [1, 2, 1, 8], // gained
  [1, 2, 0, 8], // changed: b taken for c, then for a
  [2, 2, 2, 8], // both right
  [2, 1, 1, 8], // both wrong in the same way
  [-1, 0, 2, 8], // changed: no label
  [-1, 0, 0, 8],
]
const logitsOf = (row: (of: (typeof ROWS)[number]) => number[]) => Float32Array.from(ROWS.flatMap(row))
const compared = {
  teacherLogits: logitsOf(([, teacher]) => sure(teacher, 2)),
  studentLogits: logitsOf(([, , student, odds]) => sure(student, odds)),
  labels: Int32Array.from(ROWS, ([label]) => label),
  texts: ROWS.map((_, row) => `text ${row}`),
  names,
}

describe('compareLogits', () => {
  const differences = compareLogits(compared)

  it('tells gained, lost and changed rows apart, the surest students first', () => {
    expect(differences.compared).toBe(9)
    expect(differences.counts).toEqual({ gained: 1, lost: 2, changed: 2 })
    expect(differences.rows.map(({ kind, text }) => [kind, text])).toEqual([
      ['gained', 'text 3'],
      ['lost', 'text 2'],
      ['lost', 'text 1'],
      ['changed', 'text 4'],
      ['changed', 'text 7'],
    ])
  })

  it('gives both predictions with their probabilities, and the label where there is one', () => {
    const [gained, lost] = differences.rows
    expect(gained).toMatchObject({ label: 'b', teacher: { label: 'c' }, student: { label: 'b' } })
    // Odds of 2 : 1 : 1 and of 18 : 1 : 1.
    expect(lost!.teacher.probability).toBeCloseTo(0.5, 7)
    expect(lost!.student.probability).toBeCloseTo(0.9, 7)
    expect(Object.keys(differences.rows.at(-1)!)).not.toContain('label')
  })

  it('counts what each model gets right in every class that has rows', () => {
    expect(differences.classes).toEqual([
      { label: 'a', n: 3, teacherRight: 3, studentRight: 1 },
      { label: 'b', n: 2, teacherRight: 0, studentRight: 1 },
      { label: 'c', n: 2, teacherRight: 1, studentRight: 1 },
    ])
    const onlyA = compareLogits({ ...compared, labels: new Int32Array(9) })
    expect(onlyA.classes.map(({ label }) => label)).toEqual(['a'])
  })

  it('lists confusions whose count differs, the largest change first', () => {
    expect(differences.confusions).toEqual([
      { actual: 'a', predicted: 'b', teacherCount: 0, studentCount: 2 },
      { actual: 'b', predicted: 'c', teacherCount: 2, studentCount: 0 },
      { actual: 'b', predicted: 'a', teacherCount: 0, studentCount: 1 },
    ])
  })

  it('knows only changes without labels', () => {
    const none = compareLogits({ ...compared, labels: new Int32Array(9).fill(-1) })
    expect(none.counts).toEqual({ gained: 0, lost: 0, changed: 5 })
    expect([none.classes, none.confusions]).toEqual([[], []])
  })

  it('finds none between a model and itself', () => {
    const same = compareLogits({ ...compared, studentLogits: compared.teacherLogits })
    expect(same.rows).toEqual([])
    expect(same.confusions).toEqual([])
  })

  it('lists the most of a kind but counts all', () => {
    const count = MOST_ROWS + 7
    const many = compareLogits({
      teacherLogits: Float32Array.from(Array.from({ length: count }, () => sure(0, 2)).flat()),
      studentLogits: Float32Array.from(Array.from({ length: count }, () => sure(1, 2)).flat()),
      labels: new Int32Array(count),
      texts: Array.from({ length: count }, () => 'x'),
      names,
    })
    expect(many.counts.lost).toBe(count)
    expect(many.rows).toHaveLength(MOST_ROWS)
  })

  it('lists no more confusions than a screen holds', () => {
    const classes = MOST_CONFUSIONS + 5
    const oneHot = (id: number) => Array.from({ length: classes }, (_, each) => (each === id ? 1 : 0))
    const rows = Array.from({ length: classes - 1 }, (_, id) => id)
    const { confusions } = compareLogits({
      teacherLogits: Float32Array.from(rows.flatMap((id) => oneHot(id))),
      studentLogits: Float32Array.from(rows.flatMap((id) => oneHot(id + 1))),
      labels: Int32Array.from(rows),
      texts: rows.map(String),
      names: Array.from({ length: classes }, (_, id) => `class ${id}`),
    })
    expect(confusions).toHaveLength(MOST_CONFUSIONS)
    expect(confusions[0]).toMatchObject({ actual: 'class 0', predicted: 'class 1', studentCount: 1 })
  })
})
