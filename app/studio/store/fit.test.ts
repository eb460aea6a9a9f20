// The verdict on memory follows the settings, and only as often as they rest.
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type { Command, FitVerdict } from '../../engine/protocol.ts'
import { FIT_DELAY_MS } from './fit.ts'
import { createStudio } from './studio.ts'
import { model, opened } from './testing.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const verdict = (needed: number): FitVerdict => ({
  task: 'distill',
  needed,
  budget: 100,
  fits: needed <= 100,
  largestTensor: { name: 'x', bytes: 1, limit: 10 },
  levers: [],
})

function openStudio() {
  const sent: Command[] = []
  const studio = createStudio((command) => sent.push(command))
  studio.receive({ type: 'inspected', model, fit: [verdict(50)], isWaiting: false })
  for (const event of opened) studio.receive(event)
  vi.advanceTimersByTime(FIT_DELAY_MS)
  sent.length = 0
  return { sent, ...studio }
}

it('asks once when a drag rests, with the settings as they are then', () => {
  const { sent, intents } = openStudio()
  for (const size of [16, 32, 64]) intents.setOption('distill', 'batch_size', size)
  expect(sent).toEqual([])
  vi.advanceTimersByTime(FIT_DELAY_MS)
  expect(sent).toEqual([{ type: 'fit', settings: { batch_size: 64, student_layers: [] } }])
})

it('does not ask for settings that memory does not depend on', () => {
  const { sent, intents } = openStudio()
  intents.setOption('prune', 'importance', 'taylor')
  vi.advanceTimersByTime(FIT_DELAY_MS)
  expect(sent).toEqual([])
})

it('shows the answer in place of the verdict of the header, and asks again when that is told anew', () => {
  const { sent, store, receive } = openStudio()
  receive({ type: 'fit', fit: [verdict(150)] })
  expect(store.getState().opening.inspected?.fit).toEqual([verdict(150)])
  receive({ type: 'inspected', model, fit: [verdict(50)], isWaiting: false })
  vi.advanceTimersByTime(FIT_DELAY_MS)
  expect(sent.map(({ type }) => type)).toEqual(['fit'])
})
