// Intents: what is sent, what waits, and what never starts by itself.
import { describe, expect, it } from 'vitest'
import type { Command, DeviceReport } from '../../engine/protocol.ts'
import { isStale } from './comparison.ts'
import { PRESETS } from './presets.ts'
import { canRun } from './steps.ts'
import { createStudio } from './studio.ts'
import { opened, row } from './testing.ts'

function openStudio() {
  const sent: Command[] = []
  const studio = createStudio((command) => sent.push(command))
  for (const event of opened) studio.receive(event)
  return { sent, ...studio }
}

const measured: DeviceReport = {
  ...{ adapter: 'an adapter', browser: 'Chrome 1', processors: 2, at: 0, seconds: 20, rounds: 3, skipped: 0 },
  roofs: { fma: 1e9, copy: 1e9, dispatchUs: 10, roundTripUs: 100, barrierNs: 100 },
  ...{ families: [], markdown: '', json: '' },
}
const idle = { type: 'state', state: 'idle' } as const

describe('createStudio', () => {
  it('sends nothing while a slider moves and one untrained prune when it is let go', () => {
    const { sent, intents } = openStudio()
    intents.setOption('prune', 'pruning_ratio', 0.4)
    intents.setOption('prune', 'pruning_ratio', 0.5)
    expect(sent).toEqual([])
    intents.commitOption('prune', 'pruning_ratio', 0.5)
    expect(sent).toEqual([
      { type: 'run-stage', stage: { kind: 'prune', pruning_ratio: 0.5 }, untrained: true },
    ])
  })

  it('keeps only the last of several releases while something runs', () => {
    const { sent, intents, receive } = openStudio()
    for (const ratio of [0.2, 0.4, 0.6]) intents.commitOption('prune', 'pruning_ratio', ratio)
    expect(sent).toHaveLength(1)
    receive(idle)
    expect(sent).toHaveLength(2)
    expect(sent[1]).toMatchObject({ stage: { pruning_ratio: 0.6 } })
    receive(idle)
    expect(sent).toHaveLength(2)
  })

  it('lets a button wait for a measurement but not for training', () => {
    const { store, intents, receive } = openStudio()
    intents.commitOption('prune', 'pruning_ratio', 0.2)
    expect(canRun(store.getState())).toBe(true)
    receive(idle)
    intents.run('distill')
    expect(canRun(store.getState())).toBe(false)
  })

  it('measures the device only while nothing else runs, and lets settings wait for it', () => {
    const { sent, store, intents, receive } = openStudio()
    intents.run('distill')
    intents.measureDevice()
    receive(idle)
    intents.measureDevice()
    intents.measureDevice()
    expect(store.getState().activity).toEqual({ state: 'running', stage: 'device' })
    intents.commitOption('prune', 'pruning_ratio', 0.2)
    expect(sent.map(({ type }) => type)).toEqual(['run-stage', 'measure-device'])
    receive({ type: 'device-measured', report: measured })
    receive(idle)
    expect(sent.map(({ type }) => type)).toEqual(['run-stage', 'measure-device', 'run-stage'])
    expect(store.getState().device).toEqual(measured)
  })

  it('forgets what waits when the run is cancelled', () => {
    const { sent, intents, receive } = openStudio()
    intents.run('distill')
    intents.commitOption('prune', 'pruning_ratio', 0.2)
    intents.cancel()
    receive(idle)
    expect(sent.map(({ type }) => type)).toEqual(['run-stage', 'cancel'])
  })

  it('says which tables were left out, and opens the others', () => {
    const { sent, intents, store } = openStudio()
    const file = new File(['text'], 'train-0.csv')
    intents.openFiles({ tables: [{ file, role: 'train' }], leftOut: ['train-1.csv'] })
    expect(sent).toMatchObject([{ type: 'open-data', train: file }])
    expect(store.getState().alerts[0]?.error.message).toContain('train-1.csv')
  })

  it('asks for a table to change its role or to go, and waits for the answer', () => {
    const { sent, intents, store } = openStudio()
    intents.arrangeData('test', 'move')
    expect(sent).toEqual([{ type: 'arrange-data', role: 'test', action: 'move' }])
    expect(store.getState().activity).toEqual({ state: 'running', stage: 'open' })
  })

  it('trains nothing when other settings are committed', () => {
    const { sent, intents } = openStudio()
    intents.commitOption('distill', 'student_layers', [0, 1])
    intents.commitOption('quantize', 'group_size', 32)
    expect(sent).toEqual([])
  })

  it('builds the scheme that a bit width stands for, and drops quantized rows for FP32', () => {
    const { sent, intents, receive } = openStudio()
    intents.chooseBitWidth('W4A16')
    expect(sent[0]).toMatchObject({ stage: { kind: 'quantize', scheme: 'W4A16', group_size: 64 } })
    receive(idle)
    intents.chooseBitWidth('FP32')
    expect(sent[1]).toEqual({ type: 'drop-stage', kind: 'quantize' })
  })

  it('runs every stage and every scheme with Run all', () => {
    const { sent, intents, store } = openStudio()
    intents.runAll()
    const [command] = sent
    const stages = command?.type === 'run-all' ? command.stages : []
    expect(stages.map(({ kind, scheme }) => scheme ?? kind)).toEqual([
      'distill',
      'prune',
      'W8A8_DYNAMIC',
      'W4A16',
    ])
    expect(store.getState().bitWidth).toBe('W8A8_DYNAMIC')
  })

  it('sends the ticked exports only', () => {
    const { sent, intents } = openStudio()
    intents.toggleExport('onnx/fp32')
    intents.exportChosen()
    expect(sent).toEqual([{ type: 'export', exports: [{ format: 'onnx', precision: 'q8' }] }])
  })
})

describe('undo', () => {
  const ratio = ({ store }: ReturnType<typeof openStudio>) => store.getState().settings.prune.pruning_ratio

  it('takes a whole drag back at once, and forward again', () => {
    const studio = openStudio()
    const { intents } = studio
    const before = ratio(studio)
    for (const value of [0.35, 0.4, 0.45]) intents.setOption('prune', 'pruning_ratio', value)
    intents.commitOption('prune', 'pruning_ratio', 0.5)
    intents.commitOption('prune', 'pruning_ratio', 0.6)
    intents.undo()
    expect(ratio(studio)).toBe(0.5)
    intents.undo()
    expect(ratio(studio)).toBe(before)
    intents.undo()
    expect(ratio(studio)).toBe(before)
    intents.redo()
    intents.redo()
    expect(ratio(studio)).toBe(0.6)
  })

  it('reaches back across a run, and what the engine tells is no entry', () => {
    const studio = openStudio()
    const { intents, receive, sent } = studio
    const before = ratio(studio)
    intents.commitOption('prune', 'pruning_ratio', 0.7)
    receive({ type: 'row', key: 'prune', row: row('prune') })
    receive(idle)
    expect(isStale(studio.store.getState(), 'prune')).toBe(false)
    intents.undo()
    expect(ratio(studio)).toBe(before)
    expect(isStale(studio.store.getState(), 'prune')).toBe(true)
    expect(
      sent.filter(({ type }) => type === 'run-stage'),
      'nothing runs by itself',
    ).toHaveLength(1)
    intents.redo()
    expect(isStale(studio.store.getState(), 'prune')).toBe(false)
  })

  it('tells the engine of the settings that it holds', () => {
    const { intents, receive, sent } = openStudio()
    intents.setSeed(7)
    intents.chooseBitWidth('W8A8_DYNAMIC')
    receive(idle)
    sent.length = 0
    intents.undo()
    expect(sent).toEqual([{ type: 'drop-stage', kind: 'quantize' }])
    intents.undo()
    expect(sent.at(-1)).toEqual({ type: 'set-seed', seed: 0 })
  })
})

describe('presets', () => {
  it('set what they name, run nothing, and are one entry to undo', () => {
    const { store, sent, intents } = openStudio()
    const before = store.getState().settings
    for (const preset of PRESETS) {
      intents.takePreset(preset)
      const { settings, bitWidth } = store.getState()
      expect(settings.prune.pruning_ratio).toBe(preset.pruningRatio)
      expect([bitWidth, settings.quantize.group_size]).toEqual([preset.bitWidth, preset.groupSize])
      expect(settings.distill.learning_rate).toBe(before.distill.learning_rate)
      intents.undo()
      expect(store.getState().settings).toEqual(before)
    }
    expect(sent.filter(({ type }) => type.startsWith('run'))).toEqual([])
  })
})

describe('runStale', () => {
  it('runs again what a change made stale, in order, and nothing else', () => {
    const { sent, intents, receive } = openStudio()
    const measured = (kind: 'distill' | 'prune') => {
      intents.run(kind)
      receive({ type: 'row', key: kind, row: row(kind) })
      receive(idle)
    }
    measured('distill')
    measured('prune')
    intents.chooseBitWidth('W8A8_DYNAMIC')
    receive({ type: 'row', key: 'quantize:W8A8_DYNAMIC', row: row('quantize', { scheme: 'W8A8_DYNAMIC' }) })
    receive(idle)
    sent.length = 0
    intents.runStale()
    expect(sent).toEqual([])
    intents.setOption('prune', 'importance', 'taylor')
    intents.runStale()
    expect(sent).toMatchObject([
      {
        type: 'run-all',
        stages: [
          { kind: 'prune', importance: 'taylor' },
          { kind: 'quantize', scheme: 'W8A8_DYNAMIC' },
        ],
      },
    ])
  })
})
