// Sessions that outlive their page or GPU: rows come back, training goes on to the same bits, and a full disk costs no work.
import { join } from 'node:path'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { Gpu } from '../../kernels/runtime/gpu.ts'
import { testGpu } from '../../kernels/runtime/testing.ts'
import { type Folder, readAll, writeAll } from './base/bytes.ts'
import { StudioError } from './base/errors.ts'
import type { Table } from './data/dataset.ts'
import { FIXTURES, failureOf } from './formats/testing.ts'
import { MemoryFolder } from './hosts/memory-folder.ts'
import { readFolder } from './hosts/node-files.ts'
import type { KeptStorage } from './kept-files.ts'
import type { OpenInputs } from './kept-inputs.ts'
import type { Running } from './kept-manifest.ts'
import { KeptSession } from './kept-session.ts'
import type { Event, ModelRow, StageRecipe } from './protocol.ts'
import { Session } from './session.ts'
import { messages, tableOf, weightDigest } from './testing.ts'

const DISTILL: StageRecipe = {
  kind: 'distill',
  student_layers: [0],
  epochs: 2,
  batch_size: 8,
  learning_rate: 1e-3,
}
const PRUNE: StageRecipe = {
  kind: 'prune',
  pruning_ratio: 0.3,
  'recovery.epochs': 1,
  'recovery.batch_size': 8,
}
const QUANTIZE: StageRecipe = { kind: 'quantize', scheme: 'W8A8_DYNAMIC' }
const TRAINED: Running = { stages: [DISTILL, PRUNE, QUANTIZE], untrained: false }
/** 40 rows, a tenth held out, 8 a batch, 2 epochs. */
const STEPS = 10

let gpu: Gpu
let before = 0
let model: Folder
let train: Table
let test: Table
beforeAll(async () => {
  gpu = await testGpu()
  before = gpu.pool.ledger.now
  model = await readFolder(join(FIXTURES, 'tiny-bert'))
  train = await tableOf(messages(40, 1))
  test = await tableOf(messages(24, 2), 'test.csv')
})

const pages: Session[] = []
afterEach(() => {
  for (const session of pages.splice(0)) session.close()
  expect(gpu.pool.ledger.now, 'bytes given back').toBe(before)
})

interface PageOptions {
  readonly room?: number
  readonly outlivesPage?: boolean
  /** Called when a training's state is about to be written: a throw ends the page as a crash does. */
  readonly onSave?: (stage: string, step: number) => unknown
  readonly output?: KeptStorage['output']
}

/** A page as it is after loading, with the folder that pages before it have written in. */
function openPage(folder: MemoryFolder, options: PageOptions = {}) {
  const { room = 1e9, outlivesPage = true, onSave, output = folder } = options
  const events: Event[] = []
  const emit = (event: Event) => void events.push(event)
  const storage = {
    read: async () => folder.asFolder('kept'),
    output: onSave ? watched(output, onSave) : output,
    room: async () => room,
    outlivesPage,
  }
  const session = new Session(gpu, emit)
  pages.push(session)
  return { session, kept: new KeptSession({ storage, emit, everyMs: 0 }), events }
}

/** Every step of a training is saved, and its manifest is written last. */
function watched(output: KeptStorage['output'], onSave: (stage: string, step: number) => unknown) {
  const saves = new Map<string, number>()
  return {
    remove: (name: string) => output.remove(name),
    create: (name: string) => {
      const stage = /^stages\/([^/]+)\/training-\d\.json$/.exec(name)?.[1]
      if (stage) {
        saves.set(stage, (saves.get(stage) ?? 0) + 1)
        onSave(stage, saves.get(stage)!)
      }
      return output.create(name)
    },
  }
}

/** The page is gone before the state of this step, counted from where training went on, is whole. */
const dieAt = (stage: string, step: number) => ({
  onSave: (saved: string, count: number) => {
    if (saved === stage && count === step) throw new Error('the page is gone')
  },
})

type Page = ReturnType<typeof openPage>

/** Opens the model and its data, and runs stages until they are through or the page is gone. */
async function work({ session, kept }: Page, running: Running = TRAINED): Promise<OpenInputs> {
  session.seed = 5
  await session.openModel(model)
  session.openData({ train, test }, { max_length: 32 })
  const inputs = {
    model,
    tables: { train, test },
    data: session.dataRecipe,
    seed: session.seed,
    isSample: false,
  }
  await kept
    .run(session, inputs, running, { isLost: async () => true })
    .catch((error: Error) => expect(error.message).toBe('the page is gone'))
  return inputs
}

async function goOn({ session, kept }: Page, opened?: OpenInputs): Promise<void> {
  const { inputs, running } = await kept.restore(session, opened)
  if (running) await kept.run(session, inputs, running, { isContinued: true, isLost: async () => true })
}

/** What must be the same in two sessions: everything but times. */
async function results({ session }: Page) {
  const timeless = ({ latency_ms, seconds, gpu_bytes, ...row }: ModelRow) => row
  return {
    rows: session.table.entries.map(({ row }) => timeless(row)),
    digests: await Promise.all(session.table.entries.map((entry) => weightDigest(gpu, entry.model))),
  }
}

async function uninterrupted() {
  const page = openPage(new MemoryFolder())
  await work(page)
  return results(page)
}

const of = <T extends Event['type']>({ events }: Page, type: T) =>
  events.filter((event): event is Extract<Event, { type: T }> => event.type === type)
const trainedStages = (page: Page) =>
  new Set(
    of(page, 'progress').flatMap(({ progress }) => (progress.phase === 'train' ? [progress.stage] : [])),
  )

describe('a page that is gone in the middle of a training', () => {
  it.each<[string, PageOptions, { stage: string; rows: number; step: number; steps: number }]>([
    ['distillation', dieAt('distill', 8), { stage: 'distill', rows: 1, step: 7, steps: STEPS }],
    ['recovery', dieAt('prune', 4), { stage: 'prune', rows: 2, step: 3, steps: 5 }],
  ])('in %s leaves a session that goes on to the same rows and bits', async (_, death, expected) => {
    const { stage, rows, step, steps } = expected
    const whole = await uninterrupted()
    const folder = new MemoryFolder()
    await work(openPage(folder, death))
    const page = openPage(folder)
    const summary = await page.kept.summary()
    expect(summary).toMatchObject({ model: 'tiny-bert', running: { stage, step }, missingFiles: [] })
    expect(summary!.rows).toHaveLength(rows)
    await goOn(page)
    expect(of(page, 'resumed')).toEqual([{ type: 'resumed', stage, step, steps }])
    expect(trainedStages(page)).toEqual(new Set(stage === 'distill' ? ['distill', 'prune'] : ['prune']))
    expect(await results(page)).toEqual(whole)
    const restored = of(page, 'restored')[0]!
    expect(restored).toMatchObject({ reason: 'asked', cancelled: [], isOtherAdapter: false })
    expect(restored.launches.map((launch) => launch.stage.kind)).toEqual(['distill', 'prune', 'quantize'])
    expect(of(page, 'recipe')[0]!.recipe.stages).toEqual([DISTILL, PRUNE, QUANTIZE])
  })

  it('may be gone again, and once more', async () => {
    const whole = await uninterrupted()
    const folder = new MemoryFolder()
    await work(openPage(folder, dieAt('distill', 3)))
    for (const death of [dieAt('distill', 5), dieAt('prune', 2)])
      await goOn(openPage(folder, death)).catch(({ message }) => expect(message).toBe('the page is gone'))
    const page = openPage(folder)
    await goOn(page)
    expect(await results(page)).toEqual(whole)
  })
})

describe('a session that ended well', () => {
  it('comes back with its rows and nothing to run', async () => {
    const folder = new MemoryFolder()
    const first = openPage(folder)
    await work(first)
    const page = openPage(folder)
    expect((await page.kept.summary())!.running).toBeUndefined()
    await goOn(page)
    expect(await results(page)).toEqual(await results(first))
    expect(trainedStages(page)).toEqual(new Set())
  })

  it('is not worth offering when nothing was trained', async () => {
    const folder = new MemoryFolder()
    await work(openPage(folder), { stages: [PRUNE], untrained: true })
    expect(await openPage(folder).kept.summary()).toBeUndefined()
    expect([...folder.blobs.keys()].filter((name) => name.startsWith('inputs/'))).toEqual([])
  })

  it('gives back rows that were not trained as well', async () => {
    const folder = new MemoryFolder()
    const first = openPage(folder)
    const inputs = await work(first, { stages: [DISTILL], untrained: false })
    const stages = [{ ...PRUNE, pruning_ratio: 0.5 }]
    await first.kept.run(first.session, inputs, { stages, untrained: true }, { isLost: async () => false })
    const page = openPage(folder)
    await goOn(page)
    expect(of(page, 'restored')[0]!.launches[1]).toMatchObject({ untrained: true })
    expect(await results(page)).toEqual(await results(first))
  })

  it('is gone when it is discarded, and so are rows that were dropped', async () => {
    const folder = new MemoryFolder()
    const first = openPage(folder)
    const inputs = await work(first)
    first.session.table.dropStage('prune')
    await first.kept.noteDropped(first.session, inputs)
    expect((await openPage(folder).kept.summary())!.rows).toEqual(['teacher', 'distill'])
    await openPage(folder).kept.discard()
    expect(folder.blobs.size).toBe(0)
    expect(await openPage(folder).kept.summary()).toBeUndefined()
  })
})

describe('a cancelled training', () => {
  it('keeps its best, comes back as cancelled, and is not gone on with', async () => {
    const folder = new MemoryFolder()
    const first = openPage(folder, {
      onSave: (_, step) => step === 8 && first.session.control.cancel(),
    })
    await session(first)
    const page = openPage(folder)
    await goOn(page)
    expect(of(page, 'restored')[0]!.cancelled).toEqual(['distill'])
    expect(await results(page)).toEqual(await results(first))

    async function session({ session, kept }: Page) {
      await session.openModel(model)
      session.openData({ train, test }, { max_length: 32 })
      const inputs = {
        model,
        tables: { train, test },
        data: session.dataRecipe,
        seed: session.seed,
        isSample: false,
      }
      const running = kept.run(session, inputs, TRAINED, { isLost: async () => false })
      await expect(running).rejects.toMatchObject({ code: 'cancelled' })
    }
  })
})

describe('a lost GPU', () => {
  it('costs no row, and training goes on, also where nothing outlives the page', async () => {
    const whole = await uninterrupted()
    const folder = new MemoryFolder()
    const lost = openPage(folder, { outlivesPage: false, ...dieAt('prune', 3) })
    const inputs = await work(lost)
    const next = openPage(folder)
    const { running } = await lost.kept.reopen(next.session, inputs)
    expect(running!.stages).toEqual([PRUNE, QUANTIZE])
    await lost.kept.run(next.session, inputs, running!, { isContinued: true, isLost: async () => false })
    expect(of(lost, 'resumed')).toHaveLength(1)
    expect(of(lost, 'restored')[0]!.reason).toBe('device-lost')
    expect(await results(next)).toEqual(whole)
    expect([...folder.blobs.keys()].filter((name) => name.startsWith('inputs/'))).toEqual([])
  })

  it('gives back no rows of other data', async () => {
    const folder = new MemoryFolder()
    const lost = openPage(folder)
    const inputs = await work(lost, { stages: [DISTILL], untrained: false })
    const next = openPage(folder)
    const data = { ...inputs.data, max_length: 16 }
    expect((await lost.kept.reopen(next.session, { ...inputs, data })).running).toBeUndefined()
    expect(next.session.table.entries.map(({ key }) => key)).toEqual(['teacher'])
  })
})

describe('rows dropped while other data is open', () => {
  it('do not change what is kept', async () => {
    const folder = new MemoryFolder()
    const page = openPage(folder)
    const inputs = await work(page, { stages: [DISTILL], untrained: false })
    const summary = await page.kept.summary()
    page.session.openData({ train, test }, { max_length: 16 })
    await page.kept.noteDropped(page.session, { ...inputs, data: page.session.dataRecipe })
    page.session.closeData()
    await page.kept.noteDropped(page.session, inputs)
    expect(await page.kept.summary()).toEqual(summary)
  })
})

describe('model and data that are too large to be copied', () => {
  it('have to be opened again, and must be the same', async () => {
    const whole = await uninterrupted()
    const folder = new MemoryFolder()
    const first = openPage(folder, { ...dieAt('distill', 6), room: 1000 })
    const inputs = await work(first)
    expect(of(first, 'keeping').at(-1)).toMatchObject({ keeping: 'without-files', step: 5, room: 1000 })
    const page = openPage(folder)
    expect((await page.kept.summary())!.missingFiles).toEqual(['tiny-bert', 'train.csv', 'test.csv'])
    expect((await failureOf(() => page.kept.restore(page.session))).code).toBe('file-missing')
    const others = { ...inputs, tables: { train, test: train } }
    expect((await failureOf(() => page.kept.restore(page.session, others))).code).toBe('file-missing')
    await goOn(page, inputs)
    expect(await results(page)).toEqual(whole)
  })
})

describe('kept files', () => {
  it('that were changed are found out', async () => {
    const folder = new MemoryFolder()
    await work(openPage(folder), { stages: [DISTILL], untrained: false })
    const name = 'inputs/model/model.safetensors'
    const bytes = await readAll(folder.asFolder('kept').files.get(name)!)
    bytes[bytes.length - 1]! ^= 1
    await writeAll(folder, name, bytes)
    const { kept, session } = openPage(folder)
    expect((await failureOf(() => kept.restore(session))).code).toBe('storage')
  })

  it('of a damaged row are not used: its stage is to be run again', async () => {
    const folder = new MemoryFolder()
    await work(openPage(folder))
    const name = 'stages/prune/weights.safetensors'
    const bytes = await readAll(folder.asFolder('kept').files.get(name)!)
    bytes[bytes.length - 1]! ^= 1
    await writeAll(folder, name, bytes)
    const page = openPage(folder)
    await goOn(page)
    expect(page.session.table.entries.map(({ key }) => key)).toEqual(['teacher', 'distill'])
  })
})

describe('a disk that is full', () => {
  it.each([0, 3, 20, 60])('from write %d on costs no work and is told', async (writes) => {
    const whole = await uninterrupted()
    const folder = new MemoryFolder()
    let left = writes
    const output: KeptStorage['output'] = {
      remove: (name) => folder.remove(name),
      create: async (name) => {
        const sink = await folder.create(name)
        const write = async (bytes: Uint8Array<ArrayBuffer>) => {
          if (left-- <= 0) throw new StudioError('storage', `${name}: the disk is full.`)
          await sink.write(bytes)
        }
        return { ...sink, write }
      },
    }
    const page = openPage(folder, { output })
    await work(page)
    expect(await results(page)).toEqual(whole)
    if (writes > 0) expect(of(page, 'keeping').at(-1)).toMatchObject({ keeping: 'full' })
  })
})
