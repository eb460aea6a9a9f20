// The memory of results: what is kept, what is current, and what comes back.
import { describe, expect, it } from 'vitest'
import type { Command, Event, RowKey, StageRecipe } from '../../engine/protocol.ts'
import { createDrawnResults, MAX_RESULTS } from './history.ts'
import type { Launch, StudioState } from './state.ts'
import { createStudio } from './studio.ts'
import { data, fold, model, opened, row } from './testing.ts'

const launch = (
  stage: { kind: StageRecipe['kind'] } & Record<string, unknown>,
  untrained = false,
): Launch => ({
  stage: stage as StageRecipe,
  untrained,
  seed: 0,
})
const distill = launch({ kind: 'distill', student_layers: [0, 2], epochs: 3 })
const prune = launch({ kind: 'prune', pruning_ratio: 0.4 }, true)
const int8 = launch({ kind: 'quantize', scheme: 'W8A8_DYNAMIC', group_size: 64 })

const told = (key: RowKey, kl: number, rest = {}): Event => ({
  type: 'row',
  key,
  row: row(key.startsWith('quantize') ? 'quantize' : (key as 'teacher'), { kl, ...rest }),
})
const ran = (launches: readonly Launch[], events: readonly Event[], state = fold(opened)): StudioState =>
  fold(events, { ...state, launches })
const whole = () =>
  ran(
    [distill, prune, int8],
    [
      told('distill', 0.1),
      told('prune', 0.2),
      told('quantize:W8A8_DYNAMIC', 0.3, { scheme: 'W8A8_DYNAMIC' }),
    ],
  )
const chain = (state: StudioState, key: RowKey) =>
  state.history.find((result) => result.key === key)?.launches.map(({ stage }) => stage.kind)

describe('history', () => {
  it('keeps every row with the stages that led to it', () => {
    const state = whole()
    expect(state.history.map(({ key }) => key)).toEqual([
      'teacher',
      'distill',
      'prune',
      'quantize:W8A8_DYNAMIC',
    ])
    expect(chain(state, 'teacher')).toEqual([])
    expect(chain(state, 'prune')).toEqual(['distill', 'prune'])
    expect(chain(state, 'quantize:W8A8_DYNAMIC')).toEqual(['distill', 'prune', 'quantize'])
  })

  it('leaves out of a chain what was replaced before', () => {
    const dropped = fold([{ type: 'dropped', keys: ['distill', 'prune'] }], whole())
    expect(chain(ran([prune], [told('prune', 0.9)], { ...dropped, history: [] }), 'prune')).toEqual(['prune'])
  })

  it('knows no settings of a row that stands on one whose settings are not known', () => {
    const state = ran([], [told('distill', 0.1)])
    expect(chain(ran([prune], [told('prune', 0.2)], state), 'prune')).toEqual([])
  })

  it('keeps both of two results of one stage, but one that is measured again only once', () => {
    const other = launch({ kind: 'prune', pruning_ratio: 0.6 }, true)
    const state = ran([other], [told('prune', 0.5)], whole())
    expect(state.history.filter(({ key }) => key === 'prune')).toHaveLength(2)
    const again = fold([told('teacher', 0.01), told('teacher', 0.01)], state)
    expect(again.history.filter(({ key }) => key === 'teacher')).toHaveLength(1)
    expect(new Set(again.history.map(({ id }) => id)).size).toBe(again.history.length)
  })

  it('forgets the oldest student beyond its limit and never the teacher', () => {
    const many = Array.from({ length: MAX_RESULTS + 20 }, (_, i) => told('prune', i))
    const { history } = ran([prune], many)
    expect(history).toHaveLength(MAX_RESULTS)
    expect(history[0]?.key).toBe('teacher')
    expect(history.at(-1)?.row.kl).toBe(MAX_RESULTS + 19)
    expect(history[1]?.row.kl).toBe(21)
  })

  it('marks the result of a cancelled run, and no other', () => {
    const error = { code: 'cancelled', fault: 'input', message: '', remedy: '' } as const
    const cancelled = fold([{ type: 'error', error, stage: 'prune' }], ran([prune], [told('prune', 0.2)]))
    expect(cancelled.history.map(({ isCancelled }) => isCancelled === true)).toEqual([false, true])
    const untold = fold(
      [
        { type: 'dropped', keys: ['prune'] },
        { type: 'error', error, stage: 'prune' },
      ],
      ran([prune], [told('prune', 0.2)]),
    )
    expect(untold.history.some(({ isCancelled }) => isCancelled)).toBe(false)
  })

  it('survives being written down and read back', () => {
    const { history } = whole()
    expect(JSON.parse(JSON.stringify(history))).toEqual(history)
  })
})

describe('createDrawnResults', () => {
  it('draws results of the present model and data only, and tells which are in the table', () => {
    const select = createDrawnResults()
    const state = whole()
    const reopened = fold(
      [{ type: 'model', model: { ...model, name: 'other' } }, data, told('teacher', 0)],
      state,
    )
    expect(select(state).map(({ isCurrent }) => isCurrent)).toEqual([true, false, false, false])
    expect(select(reopened)).toHaveLength(1)
    expect(reopened.history).toHaveLength(5)
  })

  it('hands out the same list while a slider moves over settings that no result has', () => {
    const select = createDrawnResults()
    const state = whole()
    const at = (pruning_ratio: number) => ({
      ...state,
      settings: { ...state.settings, prune: { pruning_ratio } },
    })
    expect(select(at(0.11))).toBe(select(at(0.12)))
  })
})

describe('restoreResult', () => {
  function openStudio(state: StudioState) {
    const sent: Command[] = []
    const studio = createStudio((command) => sent.push(command))
    studio.store.setState(state, true)
    return { sent, ...studio }
  }
  const idOf = (state: StudioState, key: RowKey) =>
    state.history.find((result) => result.key === key)?.id ?? -1

  it('brings back settings, ratio and bit width of the whole chain, and runs nothing', () => {
    const state = whole()
    const { store, intents, sent } = openStudio({ ...state, bitWidth: 'FP32' })
    intents.setOption('prune', 'pruning_ratio', 0.7)
    intents.restoreResult(idOf(state, 'quantize:W8A8_DYNAMIC'))
    const { settings, bitWidth, isPrunePlanned, launches } = store.getState()
    expect(settings.distill).toMatchObject({ student_layers: [0, 2], epochs: 3 })
    expect(settings.prune.pruning_ratio).toBe(0.4)
    expect([bitWidth, isPrunePlanned]).toEqual(['W8A8_DYNAMIC', true])
    expect(launches).toBe(state.launches)
    expect(sent).toEqual([])
  })

  it('makes the restored row current again', () => {
    const state = whole()
    const { store, intents } = openStudio(state)
    const select = createDrawnResults()
    const isCurrent = () => select(store.getState()).find(({ key }) => key === 'prune')?.isCurrent
    expect(isCurrent()).toBe(false)
    intents.restoreResult(idOf(state, 'prune'))
    expect(isCurrent()).toBe(true)
  })

  it('tells the engine of another seed', () => {
    const state = whole()
    const { store, intents, sent } = openStudio({ ...state, seed: 7 })
    intents.restoreResult(idOf(state, 'distill'))
    expect(store.getState().seed).toBe(0)
    expect(sent).toEqual([{ type: 'set-seed', seed: 0 }])
  })

  it('does nothing for a result that is no longer kept', () => {
    const { store, intents } = openStudio(whole())
    const before = store.getState()
    intents.restoreResult(999)
    expect(store.getState()).toBe(before)
  })
})
