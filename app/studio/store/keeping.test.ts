// What the page tells of a kept session: offers, notices of what came back, and when closing would lose work.
import { describe, expect, it } from 'vitest'
import type { Command, Event, StageRecipe } from '../../engine/protocol.ts'
import { hasUnsavedWork, isTraining } from './keeping.ts'
import { createStudio } from './studio.ts'
import { fold, opened, row } from './testing.ts'

const distill: StageRecipe = { kind: 'distill', student_layers: [0] }
const quantize: StageRecipe = { kind: 'quantize', scheme: 'W4A16', group_size: 64 }
const prune: StageRecipe = { kind: 'prune', pruning_ratio: 0.3 }
const launch = (stage: StageRecipe, untrained = false) => ({ stage, untrained, seed: 0 })
const summary = { model: 'sample', rows: ['teacher' as const], savedAt: 1, bytes: 5, missingFiles: [] }
const restored = (rest: Partial<Extract<Event, { type: 'restored' }>> = {}): Event => ({
  type: 'restored',
  reason: 'asked',
  launches: [launch(distill), launch(quantize)],
  cancelled: [],
  isOtherAdapter: false,
  ...rest,
})

describe('an offer', () => {
  it('stands until the engine withdraws it', () => {
    const offered = fold([...opened, { type: 'offer', kept: summary }])
    expect(offered.keeping.offer).toEqual(summary)
    expect(fold([{ type: 'offer' }], offered).keeping.offer).toBeUndefined()
  })

  it('that is taken ends the opening of the sample, but not the opening of files that it needs', () => {
    for (const missingFiles of [[], ['my-model']]) {
      const sent: Command[] = []
      const { intents, receive } = createStudio((command) => sent.push(command))
      for (const event of opened) receive(event)
      receive({ type: 'state', state: 'running', stage: 'open' })
      receive({ type: 'offer', kept: { ...summary, missingFiles } })
      intents.resumeSession()
      const types = sent.map(({ type }) => type)
      expect(types).toEqual(missingFiles.length === 0 ? ['cancel', 'resume-session'] : ['resume-session'])
    }
  })
})

describe('rows that came back', () => {
  const rows: readonly Event[] = [
    { type: 'row', key: 'distill', row: row('distill') },
    { type: 'row', key: 'quantize:W4A16:64', row: row('quantize', { scheme: 'W4A16', group_size: 64 }) },
  ]

  it('know how they were made, and the bit width follows them', () => {
    const state = fold([...opened, ...rows, restored({ cancelled: ['distill'] })])
    expect(state.rows.distill).toMatchObject({ launch: launch(distill), isCancelled: true })
    expect(state.rows['quantize:W4A16:64']).toMatchObject({ launch: launch(quantize) })
    expect(state.bitWidth).toBe('W4A16')
    expect(state.isPrunePlanned).toBe(false)
    expect(fold([restored({ launches: [launch(prune)] })], state).isPrunePlanned).toBe(true)
  })

  it('are told of with what goes on', () => {
    const state = fold([...opened, restored({ reason: 'device-lost', isOtherAdapter: true })])
    expect(state.keeping.notice).toEqual({ kind: 'restored', reason: 'device-lost', isOtherAdapter: true })
    const resumed = fold([{ type: 'resumed', stage: 'distill', step: 4, steps: 9 }], state)
    const told = { stage: 'distill', step: 4, steps: 9, reason: 'device-lost', isOtherAdapter: true }
    expect(resumed.keeping.notice).toEqual({ kind: 'resumed', ...told })
  })
})

describe('a lost GPU', () => {
  const lost = fold([...opened, { type: 'recovering' }])

  it('is told while it is opened again, and after', () => {
    expect(lost.keeping.notice).toEqual({ kind: 'recovering' })
    const gpu = { adapter: { vendor: '', architecture: '', description: '', fallback: true }, budget: 1 }
    const event: Event = { type: 'gpu', ...gpu, selfTest: { passed: 1, failed: [] }, untested: 2 }
    expect(fold([event], lost).keeping.notice).toEqual({ kind: 'recovered' })
    expect(fold([event], fold(opened)).keeping.notice).toBeUndefined()
  })

  it('that cannot be opened leaves its failure alone on the page', () => {
    const error = { code: 'no-adapter', fault: 'machine', message: '', remedy: '' } as const
    expect(fold([{ type: 'error', error }], lost).keeping.notice).toBeUndefined()
  })
})

describe('the state of keeping', () => {
  it('forgets a checkpoint’s step when it is told without one', () => {
    const saved = fold([{ type: 'keeping', keeping: 'kept', bytes: 1, room: 2, step: 7 }])
    expect(saved.keeping).toMatchObject({ keeping: 'kept', bytes: 1, room: 2, step: 7 })
    expect(fold([{ type: 'keeping', keeping: 'full' }], saved).keeping.step).toBeUndefined()
  })
})

describe('closing the page', () => {
  function started(stage: StageRecipe, untrained = false) {
    const studio = createStudio(() => {})
    for (const event of opened) studio.receive(event)
    if (untrained) studio.intents.commitOption('prune', 'pruning_ratio', 0.4)
    else studio.intents.run(stage.kind)
    return studio
  }
  const end = { type: 'state', state: 'idle' } as const

  it('loses nothing while nothing was trained', () => {
    expect(hasUnsavedWork(fold(opened))).toBe(false)
    const { store, receive } = started(prune, true)
    expect(isTraining(store.getState())).toBe(false)
    receive({ type: 'row', key: 'prune', row: row('prune') })
    receive(end)
    expect(hasUnsavedWork(store.getState())).toBe(false)
  })

  it('interrupts a training, also while it is paused', () => {
    const { store, receive } = started(distill)
    expect(hasUnsavedWork(store.getState())).toBe(true)
    receive({ type: 'state', state: 'paused' })
    expect(isTraining(store.getState())).toBe(true)
    receive(end)
    expect(hasUnsavedWork(store.getState())).toBe(false)
  })

  it('loses a trained model until it is exported', () => {
    const { store, receive } = started(distill)
    receive({ type: 'row', key: 'distill', row: row('distill') })
    receive(end)
    expect(hasUnsavedWork(store.getState())).toBe(true)
    receive({ type: 'exported', zip: new Blob(), name: 'a.zip', bytes: 0, files: [], snippets: [] })
    expect(hasUnsavedWork(store.getState())).toBe(false)
    receive({ type: 'row', key: 'distill', row: row('distill') })
    expect(hasUnsavedWork(store.getState())).toBe(true)
  })
})
