// Models of the Hub in Node, from a stand-in on this machine: fetched once, gone on with, checked, opened without the network.
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { readAll } from '../base/bytes.ts'
import { RunControl } from '../base/watch.ts'
import { breakAfter, damage, type HubServer, hangAfter, startHub } from '../fixtures/hub-server.ts'
import { COMMIT, PRIVATE_REPO, REPO, TOKEN } from '../fixtures/hub-stand-in.ts'
import { FIXTURES } from '../formats/testing.ts'
import { openHubModel } from './node-hub.ts'

const TINY_BERT = join(FIXTURES, 'tiny-bert')
const NEEDED = ['config.json', 'model.safetensors', 'tokenizer.json', 'tokenizer_config.json']

let hub: HubServer
let cache: string
let notes: string[]
beforeEach(async () => {
  hub = await startHub(TINY_BERT)
  cache = mkdtempSync(join(tmpdir(), 'decant-cache-'))
  notes = []
})
afterEach(async () => {
  await hub.close()
  rmSync(cache, { recursive: true })
})

const open = (
  address: string,
  { token, control = new RunControl() }: { token?: string; control?: RunControl } = {},
) =>
  openHubModel(
    address,
    {
      control,
      watch: { checkpoint: () => control.checkpoint(), progress: () => {} },
      note: (text) => notes.push(text),
    },
    { HF_ENDPOINT: `${hub.url}/`, DECANT_CACHE: cache, ...(token ? { HF_TOKEN: token } : {}) },
  )
const downloads = () => hub.asked.filter(({ path }) => path.includes('/resolve/'))
const folderOf = (repo: string) => join(cache, 'hub', repo.replace('/', '--'), COMMIT)

it('fetches what opening needs, with the bytes that the Hub has, and the second time nothing', async () => {
  const folder = await open(`hub:${REPO}`)
  expect(folder.name).toBe(REPO)
  expect([...folder.files.keys()].sort()).toEqual(NEEDED)
  for (const [name, source] of folder.files)
    expect(Buffer.compare(await readAll(source), readFileSync(join(TINY_BERT, name))), name).toBe(0)
  expect(downloads()).toHaveLength(NEEDED.length)
  expect(notes).toEqual([
    expect.stringMatching(/^Downloading \d\.\d MB of someone\/tiny-bert@main \(commit 5bd1f0c9\)/),
  ])
  hub.asked.length = 0
  notes.length = 0
  const again = await open(`https://huggingface.co/${REPO}/tree/main`)
  expect([...again.files.keys()].sort()).toEqual(NEEDED)
  expect(downloads()).toEqual([])
  expect(hub.asked.length, 'the listing').toBeGreaterThan(0)
  expect(notes).toEqual([expect.stringContaining('nothing is downloaded')])
})

it('goes on where an earlier run was stopped', async () => {
  const control = new RunControl()
  hub.spoil = hangAfter(40_000, () => setTimeout(() => control.cancel(), 100))
  await expect(open(REPO, { control })).rejects.toMatchObject({ code: 'cancelled' })
  const part = statSync(join(folderOf(REPO), 'model.safetensors.part')).size
  expect(part).toBeGreaterThan(0)
  expect(readdirSync(folderOf(REPO))).not.toContain('model.safetensors')
  hub.asked.length = 0
  await open(REPO)
  const weights = downloads().filter(({ path }) => path.endsWith('.safetensors'))
  expect(weights.map(({ range }) => range)).toEqual([`bytes=${part}-`])
  expect(readdirSync(folderOf(REPO)).sort()).toEqual(NEEDED)
})

it('goes on at once where the connection breaks', async () => {
  hub.spoil = breakAfter(50_000)
  const { files } = await open(REPO)
  const bytes = await readAll(files.get('model.safetensors')!)
  expect(Buffer.compare(bytes, readFileSync(join(TINY_BERT, 'model.safetensors')))).toBe(0)
})

it('refuses damaged bytes, keeps none of them, and opens after another try', async () => {
  hub.spoil = damage
  await expect(open(REPO)).rejects.toMatchObject({ code: 'download-corrupt' })
  expect(statSync(join(folderOf(REPO), 'model.safetensors.part')).size).toBe(0)
  expect((await open(REPO)).files.size).toBe(NEEDED.length)
})

it('lets two at once fetch the same model', async () => {
  const [first, second] = await Promise.all([open(REPO), open(REPO)])
  for (const { files } of [first, second])
    expect(
      Buffer.compare(
        await readAll(files.get('model.safetensors')!),
        readFileSync(join(TINY_BERT, 'model.safetensors')),
      ),
    ).toBe(0)
  expect(readdirSync(folderOf(REPO)).sort()).toEqual(NEEDED)
})

it.each(['main', COMMIT])(
  'without the network opens the commit that is there for %s, and says so',
  async (revision) => {
    await open(REPO)
    await hub.close()
    notes.length = 0
    const folder = await open(`${REPO}@${revision}`)
    expect([...folder.files.keys()].sort()).toEqual(NEEDED)
    expect(notes).toEqual([
      expect.stringMatching(/could not be reached \(.+\)\. Using commit 5bd1f0c9 of someone\/tiny-bert from/),
    ])
  },
)

it('without the network opens nothing that is not whole, or of another revision', async () => {
  await open(REPO)
  await hub.close()
  await expect(open(`${REPO}@v2`)).rejects.toMatchObject({ code: 'network' })
  writeFileSync(join(folderOf(REPO), 'config.json'), '{}')
  await expect(open(REPO)).rejects.toMatchObject({ code: 'network' })
})

it('needs a token for a private model, and keeps it nowhere', async () => {
  await expect(open(PRIVATE_REPO)).rejects.toMatchObject({ code: 'hub-refused' })
  await expect(open(PRIVATE_REPO, { token: 'password' })).rejects.toMatchObject({ code: 'option-invalid' })
  expect((await open(PRIVATE_REPO, { token: TOKEN })).files.size).toBe(NEEDED.length)
  const kept = readdirSync(cache, { recursive: true, encoding: 'utf8' }).map((name) => join(cache, name))
  for (const path of kept.filter((name) => statSync(name).isFile()))
    expect(readFileSync(path).includes(TOKEN), path).toBe(false)
  expect(notes.join('\n')).not.toContain(TOKEN)
})

it.each([
  ['nobody/nothing', 'hub-missing'],
  ['hub:a/b/c', 'option-invalid'],
])('%s is refused as %s', async (address, code) => {
  await expect(open(address)).rejects.toMatchObject({ code })
})

it('refuses an endpoint that is no address', async () => {
  const progress = {
    control: new RunControl(),
    watch: { checkpoint: async () => {}, progress: () => {} },
    note: () => {},
  }
  await expect(
    openHubModel(REPO, progress, { HF_ENDPOINT: 'huggingface', DECANT_CACHE: cache }),
  ).rejects.toMatchObject({
    code: 'option-invalid',
    message: expect.stringContaining('HF_ENDPOINT is “huggingface”'),
  })
})
