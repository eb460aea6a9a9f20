// Search over differing rows, their CSV, and the order of classes.
import { describe, expect, it } from 'vitest'
import type { DifferingRow } from '../../engine/protocol.ts'
import { byChange, changeOf, differencesCsv, matching } from './difference-list.ts'

const difference = (text: string, rest: Partial<DifferingRow> = {}): DifferingRow => ({
  text,
  label: 'refund',
  teacher: { label: 'refund', probability: 0.75 },
  student: { label: 'return_item', probability: 0.5 },
  kind: 'lost',
  ...rest,
})
const rows = [difference('Where is my card?'), difference('Cancel "now", please', { kind: 'changed' })]

describe('matching', () => {
  it.each([
    ['', 2],
    ['  ', 2],
    ['CARD', 1],
    ['card my', 1],
    ['card cancel', 0],
    ['return_', 2],
  ])('finds “%s” in %d rows', (search, count) => {
    expect(matching(rows, search)).toHaveLength(count)
  })
})

describe('differencesCsv', () => {
  it('quotes what would break a line, and leaves the label of a row without one empty', () => {
    const { label: _, ...unlabelled } = rows[1]!
    expect(differencesCsv([rows[0]!, unlabelled])).toBe(
      'kind,text,label,teacher,teacher_probability,student,student_probability\r\n' +
        'lost,Where is my card?,refund,refund,0.750000,return_item,0.500000\r\n' +
        'changed,"Cancel ""now"", please",,refund,0.750000,return_item,0.500000\r\n',
    )
  })
})

describe('byChange', () => {
  it('puts the largest loss first and larger classes before equal ones', () => {
    const of = (label: string, n: number, teacherRight: number, studentRight: number) => ({
      label,
      n,
      teacherRight,
      studentRight,
    })
    const classes = [of('gain', 4, 1, 3), of('small', 2, 2, 1), of('same', 9, 9, 9), of('large', 10, 8, 3)]
    expect(byChange(classes).map(({ label }) => label)).toEqual(['large', 'small', 'same', 'gain'])
    expect(changeOf(classes[0]!)).toBe(0.5)
  })
})
