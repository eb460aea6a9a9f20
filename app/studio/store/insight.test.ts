// A closer look in the store: what is asked when, which answers hold, and that another model forgets them.
import { describe, expect, it } from 'vitest'
import type { Command, Differences, Event, RowKey } from '../../engine/protocol.ts'
import { inspectedKey, isAnswerStale, studentKeys } from './insight-views.ts'
import { createStudio } from './studio.ts'
import { model, opened, row } from './testing.ts'

const none: Differences = {
  compared: 50,
  counts: { gained: 0, lost: 0, changed: 0 },
  rows: [],
  classes: [],
  confusions: [],
}
const told = (key: RowKey): Event => ({ type: 'differences', key, differences: none })
const measured = (key: RowKey, stage: 'teacher' | 'distill' | 'prune' | 'quantize'): Event => ({
  type: 'row',
  key,
  row: row(stage),
})
const predicted: Event = {
  type: 'predicted',
  text: 'hello',
  predictions: (['teacher', 'prune'] as const).map((key) => ({ key, label: 'a', probability: 1, top: [] })),
}
const attention: Event = { type: 'attention', text: 'hello', tokens: ['hello'], cutTokens: 0, models: [] }

function openStudio() {
  const sent: Command[] = []
  const studio = createStudio((command) => sent.push(command))
  for (const event of opened) studio.receive(event)
  sent.length = 0
  const receive = (...events: readonly Event[]) => {
    for (const event of events) studio.receive(event)
  }
  return { ...studio, sent, receive, state: studio.store.getState }
}
const asked = (key: RowKey): Command => ({ type: 'differences', key })

describe('the differences', () => {
  it('are asked of each new student, and not of the teacher', () => {
    const { sent, receive } = openStudio()
    receive(measured('teacher', 'teacher'), measured('distill', 'distill'), measured('prune', 'prune'))
    expect(sent).toEqual([asked('distill'), asked('prune')])
  })

  it('stay with the student that was chosen', () => {
    const { sent, receive, intents, state } = openStudio()
    receive(measured('distill', 'distill'), measured('prune', 'prune'))
    intents.inspect('distill')
    sent.length = 0
    receive(told('distill'), measured('prune', 'prune'))
    expect(sent).toEqual([])
    expect(inspectedKey(state())).toBe('distill')
    receive(measured('distill', 'distill'))
    expect(sent).toEqual([asked('distill')])
  })

  it('follow the newest student once the chosen one is out of the table', () => {
    const { sent, receive, intents, state } = openStudio()
    receive(measured('prune', 'prune'), measured('quantize:W8A8_DYNAMIC', 'quantize'))
    intents.inspect('quantize:W8A8_DYNAMIC')
    intents.chooseBitWidth('FP32')
    sent.length = 0
    expect(inspectedKey(state())).toBe('prune')
    receive(measured('prune', 'prune'))
    expect(sent).toEqual([asked('prune')])
    expect(studentKeys(state().rows)).toEqual(['prune'])
  })

  it('are stale from the moment that their model goes until new ones are told', () => {
    const { receive, state } = openStudio()
    const isOld = () => isAnswerStale(state(), 'differences', 'prune')
    receive(measured('prune', 'prune'), told('prune'))
    expect(isOld()).toBe(false)
    receive({ type: 'dropped', keys: ['prune'] })
    expect(isOld()).toBe(true)
    receive(measured('prune', 'prune'))
    expect(isOld()).toBe(true)
    receive(told('prune'))
    expect(isOld()).toBe(false)
  })

  it('are stale while a setting of the student differs from the one it was made with', () => {
    const { receive, intents, state } = openStudio()
    intents.commitOption('prune', 'pruning_ratio', 0.4)
    receive(measured('prune', 'prune'), told('prune'))
    expect(isAnswerStale(state(), 'differences', 'prune')).toBe(false)
    intents.setOption('prune', 'pruning_ratio', 0.5)
    expect(isAnswerStale(state(), 'differences', 'prune')).toBe(true)
  })
})

describe('answers on a text', () => {
  it('are waited for until they come, or until something fails', () => {
    const { receive, intents, state } = openStudio()
    intents.predict('hello')
    intents.lookAt('hello')
    intents.lookAt('hello again')
    expect(state().insight.waiting).toEqual(['predict', 'attention'])
    receive(predicted)
    expect(state().insight.waiting).toEqual(['attention'])
    receive({ type: 'error', error: { code: 'bug', fault: 'bug', message: 'm', remedy: 'r' } })
    expect(state().insight.waiting).toEqual([])
  })

  it('outdate by row: a new student leaves the others as they are', () => {
    const { receive, state } = openStudio()
    receive(measured('prune', 'prune'), predicted, attention)
    receive(measured('quantize:W8A8_DYNAMIC', 'quantize'))
    expect(isAnswerStale(state(), 'predicted', 'prune')).toBe(false)
    receive(measured('prune', 'prune'))
    expect(isAnswerStale(state(), 'predicted', 'prune')).toBe(true)
    expect(isAnswerStale(state(), 'attention', 'prune')).toBe(true)
    expect(isAnswerStale(state(), 'predicted', 'teacher')).toBe(false)
    receive(predicted)
    expect(isAnswerStale(state(), 'predicted', 'prune')).toBe(false)
    expect(isAnswerStale(state(), 'attention', 'prune')).toBe(true)
  })

  it('of a student that was not there count as stale for it', () => {
    const { receive, state } = openStudio()
    receive(predicted)
    expect(isAnswerStale(state(), 'predicted', 'prune')).toBe(true)
  })
})

it('forgets every answer and the choice when another model is opened', () => {
  const { receive, intents, state } = openStudio()
  receive(measured('prune', 'prune'), told('prune'), predicted, attention)
  intents.inspect('prune')
  receive({ type: 'model', model })
  const { insight, predictions } = state()
  expect([insight.differences, insight.attention, insight.chosen, predictions]).toEqual(
    Array(4).fill(undefined),
  )
  expect(insight.waiting).toEqual([])
})
