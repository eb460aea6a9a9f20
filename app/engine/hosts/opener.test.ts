// Opening for the page: folders and zips, judged before they are loaded, with the report that an export carries.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { downloadZip } from 'client-zip'
import { beforeAll, expect, test } from 'vitest'
import { create } from 'webgpu'
import { type Gpu, requestGpu } from '../../../kernels/runtime/gpu.ts'
import { testGpu } from '../../../kernels/runtime/testing.ts'
import { FIXTURES } from '../formats/testing.ts'
import type { Event } from '../protocol.ts'
import { Opener, openedFolder } from './opener.ts'

const REPORT = {
  report_version: 1,
  adapter: { description: 'another machine' },
  rows: [{ stage: 'teacher', parameters: 10, bytes: 40, n: 5, agreement: 1, latency_ms: { p50: 2 } }],
}
const TINY = readdirSync(join(FIXTURES, 'tiny-bert')).map((name) => ({
  name,
  input: new Uint8Array(readFileSync(join(FIXTURES, 'tiny-bert', name))),
}))

// Dawn crashes once the object that `create` returned is collected.
const dawn = create([])
let small: Gpu
beforeAll(async () => {
  small = await requestGpu(dawn, { budget: 50_000 })
})

async function zipOf(folder: string, extra: Record<string, string> = {}): Promise<File> {
  const more = Object.entries(extra).map(([name, input]) => ({ name, input }))
  const entries = [...TINY, ...more].map(({ name, input }) => ({ name: folder + name, input }))
  return new File([await downloadZip(entries).blob()], 'mine.zip')
}

function openerOn(gpu: Gpu) {
  const told: string[] = []
  const events: Event[] = []
  const emit = (event: Event) => {
    events.push(event)
    told.push(event.type)
  }
  const opener = new Opener({
    gpu,
    emit,
    load: async ({ files }) => {
      told.push(`load ${files.size}`)
    },
  })
  return { opener, told, events }
}

test.each(['', 'mine/', 'a/b/'])(
  'a zip with its files in “%s” is inspected, loaded, and its report told',
  async (folder) => {
    const { opener, told, events } = openerOn(await testGpu())
    const file = await zipOf(folder, { 'report.json': JSON.stringify(REPORT) })
    await opener.open(await openedFolder('model', [{ path: 'mine.zip', file }]))
    expect(told).toEqual(['inspected', `load ${TINY.length + 1}`, 'reported'])
    expect(events[0]).toMatchObject({ type: 'inspected', isWaiting: false, model: { name: 'mine' } })
    expect(events[1]).toMatchObject({ type: 'reported', report: REPORT })
  },
)

test('a damaged report is told of, and the model beside it is open', async () => {
  const { opener, told } = openerOn(await testGpu())
  const file = await zipOf('', { 'report.json': '{"report_version": 7}' })
  await opener.open(await openedFolder('model', [{ path: 'mine.zip', file }]))
  expect(told).toEqual(['inspected', `load ${TINY.length + 1}`, 'error'])
})

test('what does not fit waits, with the tables that came along, until it is asked for', async () => {
  const { opener, told, events } = openerOn(small)
  await opener.open(await openedFolder('model', [{ path: 'mine.zip', file: await zipOf('') }]))
  expect(told).toEqual(['inspected'])
  expect(events[0]).toMatchObject({
    isWaiting: true,
    fit: [{ task: 'run', fits: false, budget: 50_000 }, {}, {}],
  })
  const tables = { type: 'open-data', train: new File(['text\nhello\n'], 'train.csv') } as const
  expect(opener.holdTables(tables)).toBe(true)
  expect(await opener.loadWaiting()).toBe(tables)
  expect(told).toEqual(['inspected', `load ${TINY.length}`])
  expect(opener.holdTables(tables)).toBe(false)
})

test('a missing file is refused with the checklist, and nothing is loaded', async () => {
  const { opener, told } = openerOn(await testGpu())
  const files = [{ path: 'mine/config.json', file: new File(['{}'], 'config.json') }]
  await expect(openedFolder('mine', files).then((folder) => opener.open(folder))).rejects.toMatchObject({
    code: 'file-missing',
    checklist: [{ state: 'found' }, { state: 'missing' }, { state: 'missing' }],
  })
  expect(told).toEqual([])
})
