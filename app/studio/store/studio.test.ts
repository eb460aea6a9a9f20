// Intents: what is sent, what waits, and what never starts by itself.
import { describe, expect, it } from 'vitest'
import type { Command } from '../../engine/protocol.ts'
import { canRun } from './steps.ts'
import { createStudio } from './studio.ts'
import { opened } from './testing.ts'

function openStudio() {
  const sent: Command[] = []
  const studio = createStudio((command) => sent.push(command))
  for (const event of opened) studio.receive(event)
  return { sent, ...studio }
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

  it('forgets what waits when the run is cancelled', () => {
    const { sent, intents, receive } = openStudio()
    intents.run('distill')
    intents.commitOption('prune', 'pruning_ratio', 0.2)
    intents.cancel()
    receive(idle)
    expect(sent.map(({ type }) => type)).toEqual(['run-stage', 'cancel'])
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
