// A session's promises: what fails leaves all as it was, stages replace what builds on them, memory comes back, events are plain data.
import { join } from 'node:path'
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Gpu } from '../../kernels/runtime/gpu.ts'
import { testGpu } from '../../kernels/runtime/testing.ts'
import { type Folder, memorySource } from './base/bytes.ts'
import { FIXTURES, failureOf } from './formats/testing.ts'
import { readFolder } from './hosts/node-files.ts'
import type { Event, StageRecipe } from './protocol.ts'
import { parseStage } from './recipe.ts'
import { Session } from './session.ts'
import { messages, tableOf, weightDigest } from './testing.ts'

let gpu: Gpu
let session: Session
let events: Event[]
let before = 0
beforeAll(async () => {
  gpu = await testGpu()
})
beforeEach(() => {
  before = gpu.pool.ledger.now
  events = []
  session = new Session(gpu, (event) => events.push(event))
})
afterEach(() => {
  session.close()
  expect(gpu.pool.ledger.now, 'bytes given back').toBe(before)
})

const stage = (values: Record<string, unknown>): StageRecipe => parseStage(values, 'stage')
const DISTILL = stage({ kind: 'distill', student_layers: [0], epochs: 1, batch_size: 8, learning_rate: 1e-3 })
const PRUNE = stage({ kind: 'prune', pruning_ratio: 0.3, recovery: { epochs: 1, batch_size: 8 } })
const INT8 = stage({ kind: 'quantize', scheme: 'W8A8_DYNAMIC' })
const INT4 = stage({ kind: 'quantize', scheme: 'W4A16', group_size: 32 })

const tinyBert = await readFolder(join(FIXTURES, 'tiny-bert'))
const train = await tableOf(messages(40, 1))
const test = await tableOf(messages(24, 2), 'test.csv')
/** Only the columns that the test names are there. */
const unlabelled = { ...train, columns: ['text'], rows: train.rows.map(([text]) => [text!]) }

async function openTiny(): Promise<void> {
  await session.openModel(tinyBert)
  session.openData({ train, test })
  await session.measureTeacher()
}
const keys = () => session.table.entries.map(({ key }) => key)

describe('opening', () => {
  const broken = (name: string, text: string): Folder => ({
    name: 'broken',
    files: new Map([...tinyBert.files, [name, memorySource(name, new TextEncoder().encode(text))]]),
  })
  const without = (name: string): Folder => ({
    name: 'broken',
    files: new Map([...tinyBert.files].filter(([file]) => file !== name)),
  })

  it.each([
    ['weights that are none', broken('model.safetensors', 'no tensors'), 'safetensors-invalid'],
    ['a config that is no JSON', broken('config.json', '{'), 'json-invalid'],
    ['another architecture', broken('config.json', '{"model_type":"gpt2"}'), 'architecture-unsupported'],
    ['no tokenizer', without('tokenizer.json'), 'file-missing'],
    ['no weights', without('model.safetensors'), 'file-missing'],
  ])('a folder with %s leaves model, data and rows as they were', async (_, folder, code) => {
    await openTiny()
    const held = [
      session.opened,
      session.data,
      session.dataRecipe,
      [...session.table.entries],
      gpu.pool.ledger.now,
    ]
    expect((await failureOf(() => session.openModel(folder))).code).toBe(code)
    expect([
      session.opened,
      session.data,
      session.dataRecipe,
      [...session.table.entries],
      gpu.pool.ledger.now,
    ]).toEqual(held)
    expect((await session.runStage(INT8)).row.n).toBe(24)
  })

  it.each([
    ['a column that is not there', { text: 'body' }, 'column-missing'],
    ['a label column that is not there', { label: 'kind' }, 'column-missing'],
    ['labels that the model does not know', { label: 'text' }, 'label-unknown'],
  ])('data with %s leaves data and rows as they were', async (_, options, code) => {
    await openTiny()
    const held = [session.data, session.dataRecipe, [...session.table.entries]]
    expect((await failureOf(() => session.openData({ train, test }, options))).code).toBe(code)
    expect([session.data, session.dataRecipe, [...session.table.entries]]).toEqual(held)
  })

  it('data without a row to measure on is refused', async () => {
    await session.openModel(tinyBert)
    const failure = await failureOf(() => session.openData({ train }, { validation: 0 }))
    expect(failure).toEqual({ code: 'data-invalid', message: expect.stringContaining('40 in all') })
    expect(session.data).toBeUndefined()
  })

  it('another model closes the one before with its rows', async () => {
    await openTiny()
    await session.runStage(INT8)
    await session.openModel(await readFolder(join(FIXTURES, 'tiny-distilbert')))
    expect(session.opened!.checkpoint.spec.architecture).toBe('distilbert')
    expect(keys()).toEqual([])
    expect(session.data).toBeUndefined()
    expect((await failureOf(() => session.measureTeacher())).code).toBe('file-missing')
  })
})

describe('stages', () => {
  it('each work on the last model that is not quantized, and quantized rows are alternatives', async () => {
    await openTiny()
    for (const each of [DISTILL, PRUNE, INT8, INT4]) await session.runStage(each)
    expect(keys()).toEqual(['teacher', 'distill', 'prune', 'quantize:W8A8_DYNAMIC', 'quantize:W4A16:32'])
    const [teacher, distilled, pruned, wide, narrow] = session.table.entries.map(({ row }) => row)
    expect(teacher).toMatchObject({ stage: 'teacher', agreement: 1, kl: 0, p_value: 1 })
    expect(distilled!.parameters).toBeLessThan(teacher!.parameters)
    expect(pruned!.encoder_parameters).toBeLessThanOrEqual(0.7 * distilled!.encoder_parameters)
    expect([wide!.parameters, narrow!.parameters]).toEqual([pruned!.parameters, pruned!.parameters])
    expect(narrow).toMatchObject({ scheme: 'W4A16', group_size: 32 })
    for (const { row } of session.table.entries) {
      expect(Object.values(row.group_bytes).reduce((sum, bytes) => sum + bytes)).toBe(row.bytes)
      expect(row.gpu_bytes).toBeGreaterThan(row.bytes)
    }
    expect(pruned!.gpu_bytes).toBeLessThan(distilled!.gpu_bytes)
    expect(wide!.bytes).toBeLessThan(pruned!.bytes)
    expect(narrow!.bytes).toBeLessThan(wide!.bytes)
  })

  it('drop what builds on them, and a quantized row drops alone', async () => {
    await openTiny()
    for (const each of [PRUNE, INT8, INT4]) await session.runStage(each, { untrained: true })
    session.table.dropBefore(INT8)
    expect(keys()).toEqual(['teacher', 'prune', 'quantize:W4A16:32'])
    session.table.dropBefore(PRUNE)
    expect(keys()).toEqual(['teacher'])
    session.table.dropBefore(PRUNE)
    session.table.dropRow('quantize:W4A16:64')
    expect(keys()).toEqual(['teacher'])
    const dropped = events.flatMap((event) => (event.type === 'dropped' ? [event.keys] : []))
    expect(dropped).toEqual([['quantize:W8A8_DYNAMIC'], ['prune', 'quantize:W4A16:32']])
  })

  it('measure the teacher first where that was not done', async () => {
    await session.openModel(tinyBert)
    session.openData({ train, test })
    await session.runStage(INT8)
    expect(keys()).toEqual(['teacher', 'quantize:W8A8_DYNAMIC'])
  })

  it('go with the data when it is closed, and the model stays', async () => {
    await openTiny()
    session.closeData()
    expect(keys()).toEqual([])
    expect(events.at(-1)).toEqual({ type: 'data-closed' })
    expect((await failureOf(() => session.measureTeacher())).message).toBe('No data is open.')
    session.openData({ test })
    await session.measureTeacher()
    expect(keys()).toEqual(['teacher'])
  })

  it('that train are refused without training rows, and leave the rows as they were', async () => {
    await session.openModel(tinyBert)
    session.openData({ test })
    await session.measureTeacher()
    for (const each of [DISTILL, PRUNE]) {
      const failure = await failureOf(() => session.runStage(each))
      expect(failure).toEqual({ code: 'data-invalid', message: expect.stringContaining('0 training rows') })
    }
    await session.runStage(PRUNE, { untrained: true })
    expect(keys()).toEqual(['teacher', 'prune'])
  })

  it('cancelled in training keep and measure the best so far', async () => {
    await openTiny()
    const long = { ...DISTILL, epochs: 50 }
    const running = session.runStage(long)
    while (
      !events.some((event) => event.type === 'loss' && event.points.some((p) => p.validation !== undefined))
    )
      await new Promise((resolve) => setTimeout(resolve, 5))
    session.control.cancel()
    expect(await running).toMatchObject({ cancelled: true, key: 'distill', row: { n: 24 } })
    expect(keys()).toEqual(['teacher', 'distill'])
  })

  it('cancelled before they have anything leave the rows as they were', async () => {
    await openTiny()
    session.control.cancel()
    expect((await failureOf(() => session.runStage(PRUNE))).code).toBe('cancelled')
    expect(keys()).toEqual(['teacher'])
  })
})

describe('data without labels', () => {
  it('trains and is measured by agreement with the teacher', async () => {
    await session.openModel(tinyBert)
    session.openData({ train: unlabelled })
    await session.measureTeacher()
    await session.runStage(DISTILL)
    for (const { row } of session.table.entries) {
      expect(row).toMatchObject({ split: 'validation', n: 4 })
      for (const absent of ['accuracy', 'macro_f1', 'p_value']) expect(row).not.toHaveProperty(absent)
      const [low, high] = row.interval
      expect(low).toBeLessThanOrEqual(row.agreement)
      expect(high).toBeGreaterThanOrEqual(row.agreement)
    }
    expect(session.table.entries[0]!.row.agreement).toBe(1)
  })

  it('is validated by agreement: a student that is its teacher agrees in full', async () => {
    await session.openModel(tinyBert)
    session.openData({ train: unlabelled })
    await session.runStage({ ...DISTILL, student_layers: [0, 1], learning_rate: 1e-6 })
    const points = events.flatMap((event) => (event.type === 'loss' ? event.points : []))
    const validations = points.flatMap(({ validation }) => (validation === undefined ? [] : [validation]))
    expect(validations).toEqual([1, 1])
  })
})

describe('importance', () => {
  const scorings = () =>
    events.filter(({ type, ...event }) => {
      const { progress } = event as { progress?: { phase: string; done: number; total: number } }
      return type === 'progress' && progress?.phase === 'importance' && progress.done === progress.total
    }).length
  const pruned = async (changes: Record<string, unknown> = {}) => {
    const { model } = await session.runStage(stage({ kind: 'prune', ...changes }), { untrained: true })
    const digest = await weightDigest(gpu, model)
    session.table.dropStage('prune')
    return digest
  }

  it('is scored once while ratios and pins change, and again for another base, seed or criterion', async () => {
    await openTiny()
    await pruned({ pruning_ratio: 0.5 })
    const again = await pruned({ pruning_ratio: 0.3 })
    expect(scorings()).toBe(1)
    await pruned({ pruning_ratio: 0.3, importance: 'taylor' })
    expect(scorings()).toBe(2)
    expect(await pruned({ pruning_ratio: 0.3 }), 'scored anew').toBe(again)
    expect(scorings()).toBe(3)
    session.seed = 7
    await pruned({ pruning_ratio: 0.3 })
    expect(scorings()).toBe(4)
    await session.runStage(DISTILL)
    await pruned({ pruning_ratio: 0.3 })
    expect(scorings()).toBe(5)
  })
})

describe('events', () => {
  it('are plain data that a worker can post, and name what goes on', async () => {
    await openTiny()
    for (const each of [DISTILL, PRUNE, INT8]) await session.runStage(each)
    for (const event of events) expect(structuredClone(event)).toEqual(event)
    const types = new Set(events.map(({ type }) => type))
    expect([...types].sort()).toEqual(['data', 'importance', 'loss', 'memory', 'model', 'progress', 'row'])
    const phases = events.flatMap((event) =>
      event.type === 'progress' ? [`${event.progress.stage}:${event.progress.phase}`] : [],
    )
    for (const phase of ['open:load', 'teacher:measure', 'distill:train', 'prune:importance', 'prune:train'])
      expect(phases).toContain(phase)
    for (const event of events)
      if (event.type === 'progress') expect(event.progress.done).toBeLessThanOrEqual(event.progress.total)
  })
})

describe('memory', () => {
  it('is the same after every cycle of opening, distilling, pruning, quantizing and closing', async () => {
    const held: number[] = []
    const digests: string[] = []
    for (let cycle = 0; cycle < 3; cycle++) {
      await openTiny()
      for (const each of [DISTILL, PRUNE, INT8, INT4]) await session.runStage(each)
      held.push(gpu.pool.ledger.now)
      digests.push(await weightDigest(gpu, session.table.entries[2]!.model))
      session.close()
      expect(gpu.pool.ledger.now).toBe(before)
    }
    expect(new Set(held).size).toBe(1)
    expect(new Set(digests).size, 'the same bits each time').toBe(1)
  })
})
