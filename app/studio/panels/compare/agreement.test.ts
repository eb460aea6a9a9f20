// Agreement with the teacher on one text, and the texts that were tried.
import { expect, it } from 'vitest'
import type { RowKey } from '../../../engine/protocol.ts'
import { agreementOf, remembered } from './agreement.ts'

const says = (key: RowKey, label: string) => ({ key, label, probability: 0.9, top: [] })

it('names the students that say something else', () => {
  const found = agreementOf([says('teacher', 'a'), says('distill', 'a'), says('prune', 'b')])
  expect(found?.students).toBe(2)
  expect(found?.dissenting.map(({ key }) => key)).toEqual(['prune'])
})

it('says nothing without a student or without a teacher', () => {
  expect(agreementOf([says('teacher', 'a')])).toBeUndefined()
  expect(agreementOf([says('prune', 'a')])).toBeUndefined()
})

it('keeps the newest texts, each once', () => {
  expect(remembered(['b', 'c'], 'a', 5)).toEqual(['a', 'b', 'c'])
  expect(remembered(['b', 'a'], 'a', 5)).toEqual(['a', 'b'])
  expect(remembered(['b', 'c'], 'a', 2)).toEqual(['a', 'b'])
})
