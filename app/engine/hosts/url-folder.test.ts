// A model folder by its address: which addresses are the page's own, and what servers of several kinds tell of one.
import { readFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, describe, expect, it } from 'vitest'
import { UNWATCHED } from '../base/watch.ts'
import { FIXTURES } from '../formats/testing.ts'
import { completePart } from './download.ts'
import { memoryPart } from './testing.ts'
import { listUrlFolder, pageFolder } from './url-folder.ts'

const ORIGIN = 'https://studio.example'

describe('pageFolder', () => {
  it.each([
    ['/models/mine/', '/models/mine/'],
    ['/', '/'],
    [`  ${ORIGIN}/models/mine `, '/models/mine/'],
    [`"${ORIGIN}/models/mine/"`, '/models/mine/'],
    [`${ORIGIN}/models/mine/config.json?x=1#y`, '/models/mine/'],
    [`${ORIGIN}/models/mine/model.safetensors`, '/models/mine/'],
  ])('%s is a folder here', (address, path) => {
    expect(pageFolder(address, ORIGIN)?.href).toBe(`${ORIGIN}${path}`)
  })

  it.each([
    'org/name',
    '/org/name',
    'hub:org/name',
    'hf://org/name',
    'https://huggingface.co/org/name/blob/main/config.json',
    'https://huggingface.co',
    'hf.co/org/name',
    '//org/name/',
  ])('%s is left to the Hub', (address) => {
    expect(pageFolder(address, ORIGIN)).toBeUndefined()
  })

  it.each([
    'https://example.org/models/mine/',
    'http://studio.example/models/',
    'https://huggingface.co.example.org/a/b',
  ])('%s is refused by its origin, with what the page may connect to', (address) => {
    expect(() => pageFolder(address, ORIGIN)).toThrow(
      expect.objectContaining({
        code: 'origin-refused',
        message: expect.stringMatching(
          new RegExp(`^${new URL(address).origin} was not asked .* only to ${ORIGIN}.* huggingface\\.co`),
        ),
      }),
    )
  })
})

const NAMES = ['config.json', 'model.safetensors', 'tokenizer.json', 'tokenizer_config.json']
const FILES = new Map(NAMES.map((name) => [name, readFileSync(join(FIXTURES, 'tiny-bert', name))]))

let server: Server | undefined
afterEach(() => {
  server?.closeAllConnections()
  server?.close()
})

interface Kind {
  /** Compresses what is not asked for by a range, and then tells no length. */
  readonly compresses?: boolean
  readonly knowsNoHead?: boolean
  readonly knowsNoRanges?: boolean
  /** Answers with a page where it has no file. */
  readonly hasPages?: boolean
  readonly status?: number
}

/** A server of static files below /models/mine/. */
async function serve(
  files: ReadonlyMap<string, Buffer>,
  kind: Kind = {},
): Promise<{ folder: URL; asked: string[] }> {
  const asked: string[] = []
  const listening = createServer((request, response) => {
    asked.push(`${request.method} ${request.url} ${request.headers.range ?? ''}`.trim())
    answer(files.get(request.url!.replace('/models/mine/', '')), request, response, kind)
  })
  server = listening
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve))
  const { port } = listening.address() as AddressInfo
  return { folder: new URL(`http://127.0.0.1:${port}/models/mine/`), asked }
}

function answer(
  bytes: Buffer | undefined,
  request: IncomingMessage,
  response: ServerResponse,
  kind: Kind,
): void {
  const { method, headers } = request
  const range = kind.knowsNoRanges ? undefined : /^bytes=(\d+)-(\d*)$/.exec(headers.range ?? '')
  if (kind.status) return void response.writeHead(kind.status).end()
  if (method === 'HEAD' && kind.knowsNoHead) return void response.writeHead(405).end()
  if (!bytes && kind.hasPages) return void response.writeHead(200, { 'content-type': 'text/html' }).end('<p>')
  if (!bytes) return void response.writeHead(404).end()
  if (kind.compresses && !range && headers['accept-encoding']?.includes('gzip'))
    return void response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(bytes))
  const start = Number(range?.[1] ?? 0)
  const end = range?.[2] ? Number(range[2]) + 1 : bytes.length
  response.writeHead(range ? 206 : 200, {
    'content-length': end - start,
    'last-modified': 'Tue, 24 Nov 2026 10:00:00 GMT',
    ...(range ? { 'content-range': `bytes ${start}-${end - 1}/${bytes.length}` } : {}),
  })
  response.end(method === 'HEAD' ? undefined : bytes.subarray(start, end))
}

const list = (folder: URL) => listUrlFolder(folder, new AbortController().signal)

describe('listUrlFolder', () => {
  it.each<[string, Kind]>([
    ['tells sizes', {}],
    ['compresses on the way', { compresses: true }],
    ['knows no HEAD', { knowsNoHead: true }],
    ['knows neither HEAD nor ranges', { knowsNoHead: true, knowsNoRanges: true }],
    ['answers with pages where it has no file', { hasPages: true }],
  ])('lists the files with their true sizes on a server that %s', async (_, kind) => {
    const { folder } = await serve(FILES, kind)
    const { listing, files } = await list(folder)
    expect(listing).toMatchObject({ repo: 'models/mine', revision: '', url: folder.href })
    expect(listing.files).toEqual(
      [...FILES]
        .map(([path, bytes]) => ({ path, bytes: bytes.length }))
        .sort((a, b) => order(a.path) - order(b.path)),
    )
    expect(files.map(({ url }) => url)).toContain(`${folder.href}model.safetensors`)
    expect(files.every(({ digest }) => digest === undefined)).toBe(true)
  })

  it('downloads no file meanwhile', async () => {
    const { folder, asked } = await serve(FILES)
    await list(folder)
    expect(asked.filter((line) => !line.startsWith('HEAD'))).toEqual([])
  })

  it('names another version where a file has changed', async () => {
    const first = await list((await serve(FILES)).folder)
    server?.close()
    const changed = new Map([...FILES, ['config.json', Buffer.from('{}')]])
    const second = await list((await serve(changed)).folder)
    expect(first.listing.commit).toMatch(/^[0-9a-f]{64}$/)
    expect(second.listing.commit).not.toBe(first.listing.commit)
  })

  it('finds the shards that an index names', async () => {
    const shards = ['model-00001-of-00002.safetensors', 'model-00002-of-00002.safetensors']
    const index = JSON.stringify({ weight_map: { a: shards[0], b: shards[1], c: shards[0] } })
    const files = new Map([...FILES].filter(([name]) => name !== 'model.safetensors'))
    files.set('model.safetensors.index.json', Buffer.from(index))
    for (const shard of shards) files.set(shard, Buffer.from(shard))
    const { listing } = await list((await serve(files)).folder)
    expect(listing.files.map(({ path }) => path)).toEqual(
      expect.arrayContaining([...shards, 'model.safetensors.index.json']),
    )
  })

  it('answers a folder that lacks files with the checklist', async () => {
    const { folder } = await serve(new Map([['config.json', Buffer.from('{}')]]))
    await expect(list(folder)).rejects.toMatchObject({
      code: 'file-missing',
      checklist: [{ state: 'found' }, { state: 'missing' }, { state: 'missing' }],
    })
  })

  it('says what a server answers that hands out nothing', async () => {
    const { folder } = await serve(FILES, { status: 403 })
    await expect(list(folder)).rejects.toMatchObject({
      code: 'network',
      message: expect.stringMatching(/cannot be looked up: 127\.0\.0\.1:\d+ answers 403/),
    })
  })
})

const order = (path: string) =>
  ['config.json', 'tokenizer.json', 'tokenizer_config.json', 'model.safetensors'].indexOf(path)

it.each<[string, Kind]>([
  ['with ranges', {}],
  ['that compresses', { compresses: true }],
  ['without ranges', { knowsNoRanges: true }],
])('the files of a server %s arrive whole, and go on from a part', async (_, kind) => {
  const { folder } = await serve(FILES, kind)
  const { files } = await list(folder)
  for (const file of files) {
    const whole = FILES.get(file.name)!
    for (const start of [0, 100]) {
      const part = memoryPart(whole.subarray(0, start))
      await completePart(file, part, { watch: UNWATCHED, onBytes: () => {} })
      expect(Buffer.compare(part.bytes(), whole), file.name).toBe(0)
    }
  }
})

it('a file that came out longer or shorter than told is refused by its size', async () => {
  const { folder } = await serve(FILES)
  const [file] = (await list(folder)).files
  const part = memoryPart(Buffer.alloc(0))
  const download = completePart({ ...file!, bytes: file!.bytes - 1 }, part, {
    watch: UNWATCHED,
    onBytes: () => {},
  })
  await expect(download).rejects.toMatchObject({
    code: 'download-corrupt',
    message: `config.json arrived as ${file!.bytes} bytes; expected were ${file!.bytes - 1} bytes.`,
  })
  expect(part.size).toBe(0)
})
