// The fold of events: what each does to the state, and that old numbers stay until new ones come.
import { describe, expect, it } from 'vitest'
import type { ErrorReport, Event, LossPoint, Recipe } from '../../engine/protocol.ts'
import { MAX_LOSS_POINTS } from './apply-event.ts'
import { initialState } from './state.ts'
import { stepState } from './steps.ts'
import { catalog, data, fold, model, opened, row } from './testing.ts'

const failure = (code: ErrorReport['code'], stage?: string): Event => ({
  type: 'error',
  error: { code, fault: 'machine', message: 'm', remedy: 'r' },
  ...(stage ? { stage } : {}),
})

describe('applyEvent', () => {
  it('takes defaults of every setting and every export from the catalog', () => {
    const state = fold([{ type: 'catalog', catalog }])
    expect(state.settings.prune).toEqual({ pruning_ratio: 0.3 })
    expect(state.settings.data).toEqual({ validation: 0.1 })
    expect(state.chosenExports).toEqual(['onnx/fp32', 'onnx/q8'])
  })

  it('forgets the rows of the model before when another is opened', () => {
    const state = fold([{ type: 'model', model }], fold(opened))
    expect(state.rows).toEqual({})
    expect(state.data).toBeUndefined()
  })

  it('keeps settings and results, and nothing else, when the model is closed', () => {
    const before = fold([{ type: 'row', key: 'prune', row: row('prune') }], fold(opened))
    const { model: closed, data: none, rows, history, settings } = fold([{ type: 'model-closed' }], before)
    expect([closed, none, rows]).toEqual([undefined, undefined, {}])
    expect(history).toEqual(before.history)
    expect(settings).toEqual(before.settings)
  })

  it('keeps dropped rows, marked outdated, until they are measured again', () => {
    const before = fold([{ type: 'row', key: 'prune', row: row('prune') }], fold(opened))
    const dropped = fold([{ type: 'dropped', keys: ['prune'] }], before)
    expect(dropped.rows.prune?.isOutdated).toBe(true)
    expect(dropped.rows.teacher?.isOutdated).toBe(false)
    const again = fold([{ type: 'row', key: 'prune', row: row('prune') }], dropped)
    expect(again.rows.prune?.isOutdated).toBe(false)
  })

  it('marks every row outdated when the data changes', () => {
    expect(fold([data], fold(opened)).rows.teacher?.isOutdated).toBe(true)
  })

  it('keeps the numbers of data that was closed, marked outdated', () => {
    const state = fold([{ type: 'data-closed' }], fold(opened))
    expect(state.data).toBeUndefined()
    expect(state.rows.teacher?.isOutdated).toBe(true)
    expect(stepState(state, 'data')).toBe('idle')
  })

  it('thins a long loss curve but keeps its ends and its validations', () => {
    const points: LossPoint[] = Array.from({ length: MAX_LOSS_POINTS + 100 }, (_, step) => ({
      stage: 'distill',
      step,
      loss: 1,
      ...(step === 7 ? { validation: 0.5 } : {}),
    }))
    const kept = fold([{ type: 'loss', points }]).losses.distill ?? []
    expect(kept.length).toBeLessThanOrEqual(MAX_LOSS_POINTS)
    expect(kept[0]?.step).toBe(0)
    expect(kept.at(-1)?.step).toBe(MAX_LOSS_POINTS + 99)
    expect(kept.some(({ step }) => step === 7)).toBe(true)
  })

  it('starts a curve over when the steps do', () => {
    const at = (step: number): Event => ({ type: 'loss', points: [{ stage: 'distill', step, loss: step }] })
    expect(fold([at(1), at(2), at(1)]).losses.distill).toEqual([{ stage: 'distill', step: 1, loss: 1 }])
  })

  it('shows a GPU failure in its own place and other errors as alerts, each with a number', () => {
    const state = fold([failure('device-lost'), failure('column-missing', 'open'), failure('column-missing')])
    expect(state.gpuFault?.code).toBe('device-lost')
    expect(state.alerts.map(({ id }) => id)).toEqual([0, 1])
  })

  it('takes an alert away once its stage succeeds', () => {
    const failed = fold([failure('tensor-missing', 'open'), failure('training-diverged', 'distill')])
    expect(fold([{ type: 'model', model }], failed).alerts.map(({ stage }) => stage)).toEqual(['distill'])
  })

  it('waits for nothing once the GPU is gone', () => {
    const running = fold([{ type: 'state', state: 'running', stage: 'distill' }], fold(opened))
    expect(fold([failure('device-lost')], running).activity).toEqual({ state: 'idle' })
    expect(fold([failure('gpu-memory')], running).activity.state).toBe('running')
  })

  it('blames the stage under way, not the first of the run', () => {
    const running = fold([{ type: 'state', state: 'running', stage: 'quantize' }], fold(opened))
    expect(fold([failure('export-mismatch', 'distill')], running).failed).toEqual(['quantize'])
  })

  it('stays with its stage through a pause', () => {
    const paused = fold([
      { type: 'state', state: 'running', stage: 'prune' },
      { type: 'state', state: 'paused' },
    ])
    expect(paused.activity).toEqual({ state: 'paused', stage: 'prune' })
  })

  it('takes settings, seed and exports from a recipe', () => {
    const recipe = {
      recipe_version: 1,
      model: 'model',
      seed: 7,
      data: { text: 'text', validation: 0.2, max_length: 64 },
      stages: [
        { kind: 'prune', pruning_ratio: 0.5 },
        { kind: 'quantize', scheme: 'W8A8_DYNAMIC' },
        { kind: 'quantize', scheme: 'W4A16', group_size: 32 },
      ],
      export: [{ format: 'onnx', precision: 'q8' }],
    } as unknown as Recipe
    const state = fold([{ type: 'recipe', recipe }], fold(opened))
    expect(state.settings.prune).toEqual({ pruning_ratio: 0.5 })
    expect(state.settings.quantize.group_size).toBe(32)
    expect(state.settings.data).toEqual({ validation: 0.2, max_length: 64 })
    expect([state.seed, state.chosenExports]).toEqual([7, ['onnx/q8']])
  })

  it('does not call a cancelled run an error', () => {
    expect(fold([failure('cancelled', 'distill')])).toEqual(initialState)
  })

  it('says of a cancelled run that its row is not the whole of it', () => {
    const running: Event = { type: 'state', state: 'running', stage: 'distill' }
    const told: Event = { type: 'row', key: 'distill', row: row('distill') }
    const state = fold([running, told, failure('cancelled', 'distill')], fold(opened))
    expect(state.rows.distill?.isCancelled).toBe(true)
    expect(state.rows.teacher?.isCancelled).toBeUndefined()
    expect(fold([told], state).rows.distill?.isCancelled).toBeUndefined()
  })

  it('keeps a curve when its last step is told again with a validation', () => {
    const points = [1, 2, 3].map((step) => ({ stage: 'distill', step, loss: 1 / step }) as const)
    const validated = { stage: 'distill', step: 3, loss: 1 / 3, validation: 0.9 } as const
    const state = fold([
      { type: 'loss', points },
      { type: 'loss', points: [validated] },
    ])
    expect(state.losses.distill).toEqual([...points.slice(0, 2), validated])
    const again = fold([{ type: 'loss', points: points.slice(0, 1) }], state)
    expect(again.losses.distill).toEqual(points.slice(0, 1))
  })

  it('shows a failed stage as failed until it runs again', () => {
    const failed = fold([failure('training-diverged', 'distill')], fold(opened))
    expect(stepState(failed, 'distill')).toBe('failed')
    const again = fold([{ type: 'state', state: 'running', stage: 'distill' }], failed)
    expect(stepState(again, 'distill')).toBe('running')
  })

  it('keeps names and sizes of an export but not its bytes, and outdates it with the next row', () => {
    const told = {
      name: 'a.zip',
      bytes: 3,
      files: [{ file: 'a.onnx', bytes: 2, isCheckable: true }],
      snippets: [],
    }
    const exported: Event = { type: 'exported', zip: new Blob(['abc']), ...told }
    const state = fold([exported], fold(opened))
    expect(state.exported).toEqual({ ...told, checks: {}, isFolder: false, isOutdated: false })
    expect(JSON.parse(JSON.stringify(state)).exported).toEqual(state.exported)
    const later = fold([{ type: 'row', key: 'prune', row: row('prune') }], state)
    expect(stepState(later, 'export')).toBe('stale')
  })
})
