// What the page knows of an export: sizes before it is written, checks after.
import { describe, expect, it } from 'vitest'
import { type Command, type Event, exportedBytes, type FileCheck } from '../../engine/protocol.ts'
import { chosenSize, differenceOf, exportSize } from './exporting.ts'
import { createStudio } from './studio.ts'
import { fold, opened, row, spec } from './testing.ts'

const layers = spec.layers.slice(0, 2)

describe('sizes before writing', () => {
  it('are those of the latest float model, and of the quantized row where there is one', () => {
    const teacher = fold(opened)
    expect(exportSize(teacher, 'fp32')).toBe(exportedBytes(spec, 'fp32'))
    const distilled = fold([{ type: 'row', key: 'distill', row: row('distill', { layers }) }], teacher)
    expect(exportSize(distilled, 'fp32')).toBe(exportedBytes({ ...spec, layers }, 'fp32'))
    expect(exportSize(distilled, 'q8')).toBeLessThan(0.4 * exportSize(distilled, 'fp32')!)
    const int8 = row('quantize', { scheme: 'W8A8_DYNAMIC', layers, bytes: 4321 })
    const quantized = fold([{ type: 'row', key: 'quantize:W8A8_DYNAMIC', row: int8 }], distilled)
    expect(exportSize(quantized, 'q8')).toBe(4321)
    expect(exportSize(quantized, 'fp32')).toBe(exportSize(distilled, 'fp32'))
  })

  it('forget rows whose model is gone, and are unknown before the first', () => {
    const distilled = fold([{ type: 'row', key: 'distill', row: row('distill', { layers }) }], fold(opened))
    const dropped = fold([{ type: 'dropped', keys: ['distill'] }], distilled)
    expect(exportSize(dropped, 'fp32')).toBe(exportedBytes(spec, 'fp32'))
    expect(exportSize(fold(opened.slice(0, 2)), 'fp32')).toBeUndefined()
  })

  it('count the weights that are always written once', () => {
    const state = { ...fold(opened), chosenExports: ['onnx/fp32'] }
    expect(chosenSize(state)).toBe(2 * exportedBytes(spec, 'fp32'))
    const both = { ...state, chosenExports: ['onnx/fp32', 'safetensors/fp32'] }
    expect(chosenSize(both)).toBe(chosenSize(state))
  })
})

describe('an export', () => {
  const file = 'onnx/model.onnx'
  const told: Event = {
    type: 'exported',
    name: 'sample-decant',
    bytes: 10,
    files: [{ file, bytes: 10, isCheckable: true }],
    snippets: [],
  }

  it('is asked for with a folder or without, and checked by the file', () => {
    const sent: Command[] = []
    const { store, intents, receive } = createStudio((command) => sent.push(command))
    for (const event of opened) receive(event)
    store.setState({ chosenExports: ['onnx/q8'] })
    const folder = { name: 'picked' } as FileSystemDirectoryHandle
    intents.exportChosen(folder)
    expect(store.getState().activity).toEqual({ state: 'running', stage: 'export' })
    receive({ type: 'state', state: 'idle' })
    intents.verifyFile(file, 'webgpu')
    const exports = [{ format: 'onnx', precision: 'q8' }]
    expect(sent).toEqual([
      { type: 'export', exports, folder },
      { type: 'verify', file, provider: 'webgpu' },
    ])
  })

  it('is wrong as soon as one row more differs than may', () => {
    const check = { kind: 'checked', runtime: 'r', n: 500, allowed: 10, isRounded: false } as const
    expect(differenceOf({ ...check, agreement: 490 / 500 })).toEqual({ rows: 10, isAllowed: true })
    expect(differenceOf({ ...check, agreement: 489 / 500 })).toEqual({ rows: 11, isAllowed: false })
  })

  it('is uploaded with a token that the page forgets', () => {
    const sent: Command[] = []
    const { store, intents, receive } = createStudio((command) => sent.push(command))
    for (const event of [...opened, told]) receive(event)
    intents.upload({ repo: 'someone/small', isPrivate: true, token: ' hf_secret ' })
    expect(sent).toEqual([{ type: 'upload', repo: 'someone/small', isPrivate: true, token: 'hf_secret' }])
    expect(JSON.stringify(store.getState())).not.toContain('hf_secret')
    const uploaded = { repo: 'someone/small', url: 'https://huggingface.co/someone/small' }
    receive({ type: 'uploaded', ...uploaded })
    expect(store.getState().exported?.uploaded).toEqual(uploaded)
  })

  it('keeps what another runtime says of a file, until the next export', () => {
    const check: FileCheck = {
      kind: 'checked',
      runtime: 'r',
      n: 500,
      agreement: 0.99,
      allowed: 10,
      isRounded: false,
    }
    const other: FileCheck = { ...check, agreement: 0.98 }
    const state = fold(
      [
        told,
        { type: 'verified', file, provider: 'wasm', check },
        { type: 'verified', file, provider: 'webgpu', check: other },
      ],
      fold(opened),
    )
    const checks = { [file]: { wasm: check, webgpu: other } }
    expect(state.exported).toMatchObject({ isFolder: true, checks })
    expect(fold([told], state).exported?.checks).toEqual({})
  })
})
