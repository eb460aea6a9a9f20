// What the page remembers of opening: verdicts, listings and downloads; and the commands that ask for them.
import { describe, expect, it } from 'vitest'
import type { Command, Event } from '../../engine/protocol.ts'
import { applyOpening, hubIntents, type Opening } from './opening.ts'

const model = { name: 'big' } as Extract<Event, { type: 'model' }>['model']
const listing = { repo: 'a/b', revision: 'main', commit: 'c0ffee', files: [], bytes: 91e6 }
const fold = (events: readonly Event[]) => events.reduce<Opening>(applyOpening, {})

describe('the fold', () => {
  it('keeps a verdict while the model waits, and after it was loaded', () => {
    const waiting: Event = { type: 'inspected', model, fit: [], isWaiting: true }
    expect(fold([waiting]).inspected?.isWaiting).toBe(true)
    expect(fold([waiting, { type: 'model', model }]).inspected).toEqual({ model, fit: [], isWaiting: false })
  })

  it('drops the listing and the earlier rows once another model opens', () => {
    const report = { rows: [] } as unknown as Extract<Event, { type: 'reported' }>['report']
    const before = fold([
      { type: 'hub-listing', listing },
      { type: 'reported', report },
    ])
    expect(before).toMatchObject({ listing, reported: report })
    const after = applyOpening(before, { type: 'model', model })
    expect([after.listing, after.reported]).toEqual([undefined, undefined])
  })

  it('leaves the rest as it is, to the same object', () => {
    const before = fold([{ type: 'hub-listing', listing }])
    expect(applyOpening(before, { type: 'state', state: 'idle' })).toBe(before)
  })
})

describe('commands', () => {
  const asked: [how: string, command: Command][] = []
  const intents = hubIntents(
    (command) => asked.push(['run', command]),
    (command) => asked.push(['quick', command]),
  )
  it('hands a token on only where one was typed, without the spaces around it', () => {
    intents.findHubModel('a/b', '  ')
    intents.downloadHubModel('a/b@main', ' hf_x ')
    intents.deleteKept('a--b@c0ffee')
    expect(asked).toEqual([
      ['run', { type: 'find-hub-model', address: 'a/b' }],
      ['run', { type: 'download-hub-model', address: 'a/b@main', token: 'hf_x' }],
      ['quick', { type: 'delete-kept', id: 'a--b@c0ffee' }],
    ])
  })
})
