// Downloads from a real server in this process: whole, broken and resumed, without ranges, damaged, refused, cancelled.
import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { UNWATCHED } from '../base/watch.ts'
import { completePart, gitBlobDigest, type RemoteFile } from './download.ts'
import { memoryPart } from './testing.ts'

const BYTES = Uint8Array.from({ length: 300_000 }, (_, i) => (i * 7 + (i >> 8)) & 255)
const DIGEST = createHash('sha256').update(BYTES).digest('hex')

let server: Server | undefined
afterEach(() => server?.close())

type Handler = (request: IncomingMessage, response: ServerResponse, count: number) => void

async function serve(handler: Handler): Promise<{ file: RemoteFile; ranges: (string | undefined)[] }> {
  const ranges: (string | undefined)[] = []
  const listening = createServer((request, response) => {
    ranges.push(request.headers.range)
    handler(request, response, ranges.length)
  })
  server = listening
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve))
  const { port } = listening.address() as AddressInfo
  const url = `http://127.0.0.1:${port}/model.safetensors`
  return {
    file: { name: 'model.safetensors', url, bytes: BYTES.length, digest: { kind: 'sha256', hex: DIGEST } },
    ranges,
  }
}

/** What a server with ranges answers; with `cut`, the connection breaks after so many bytes. */
function answer({ headers }: IncomingMessage, response: ServerResponse, cut?: number): void {
  const start = Number(/bytes=(\d+)-/.exec(headers.range ?? '')?.[1] ?? 0)
  const rest = BYTES.subarray(start)
  response.writeHead(start > 0 ? 206 : 200, {
    'content-length': rest.length,
    ...(start > 0 ? { 'content-range': `bytes ${start}-${BYTES.length - 1}/${BYTES.length}` } : {}),
  })
  if (cut === undefined) response.end(rest)
  else response.write(rest.subarray(0, cut), () => response.destroy())
}

const options = (seen: number[] = []) => ({ watch: UNWATCHED, onBytes: (bytes: number) => seen.push(bytes) })

test('a whole file, with its progress', async () => {
  const { file } = await serve((request, response) => answer(request, response))
  const part = memoryPart()
  const seen: number[] = []
  await completePart(file, part, options(seen))
  expect(Buffer.compare(part.bytes(), BYTES)).toBe(0)
  expect(seen.at(-1)).toBe(BYTES.length)
  expect(seen).toEqual([...seen].sort((a, b) => a - b))
})

test('a connection that breaks goes on where it stopped', async () => {
  const { file, ranges } = await serve((request, response, count) =>
    answer(request, response, count === 1 ? 100_000 : undefined),
  )
  const part = memoryPart()
  await completePart(file, part, options())
  expect(Buffer.compare(part.bytes(), BYTES)).toBe(0)
  expect(ranges).toHaveLength(2)
  const from = Number(/bytes=(\d+)-/.exec(ranges[1]!)![1])
  expect(from).toBeGreaterThan(0)
  expect(from).toBeLessThanOrEqual(100_000)
})

test('bytes of an earlier visit are not fetched again', async () => {
  const { file, ranges } = await serve((request, response) => answer(request, response))
  const part = memoryPart(BYTES.subarray(0, 250_000))
  await completePart(file, part, options())
  expect(ranges).toEqual(['bytes=250000-'])
  expect(Buffer.compare(part.bytes(), BYTES)).toBe(0)
})

test('a file that is whole already costs no request', async () => {
  const { file, ranges } = await serve((request, response) => answer(request, response))
  await completePart(file, memoryPart(BYTES), options())
  expect(ranges).toEqual([])
})

test('a server that ignores ranges is heard from the start', async () => {
  const { file } = await serve((_, response) => response.end(BYTES))
  const part = memoryPart(BYTES.subarray(0, 1000))
  await completePart(file, part, options())
  expect(Buffer.compare(part.bytes(), BYTES)).toBe(0)
})

test('a range is taken at its word where its header cannot be read, as from another origin', async () => {
  const { file } = await serve((request, response) => {
    const start = Number(/bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0)
    response.writeHead(start > 0 ? 206 : 200).end(BYTES.subarray(start))
  })
  const part = memoryPart(BYTES.subarray(0, 1000))
  await completePart(file, part, options())
  expect(Buffer.compare(part.bytes(), BYTES)).toBe(0)
})

test('another range than was asked for is not taken, and the file is asked for whole', async () => {
  const { file, ranges } = await serve((request, response) => {
    if (!request.headers.range) return response.end(BYTES)
    response.writeHead(206, { 'content-range': `bytes 0-9/${BYTES.length}` }).end(BYTES.subarray(0, 10))
  })
  const part = memoryPart(BYTES.subarray(0, 1000))
  await completePart(file, part, options())
  expect(ranges).toEqual(['bytes=1000-', undefined])
  expect(Buffer.compare(part.bytes(), BYTES)).toBe(0)
})

test('damaged bytes are deleted and told with both digests', async () => {
  const { file } = await serve((request, response) => answer(request, response))
  const part = memoryPart(BYTES.subarray(0, 1000).map((byte) => byte ^ 1))
  await expect(completePart(file, part, options())).rejects.toMatchObject({
    code: 'download-corrupt',
    message: expect.stringContaining(`${DIGEST.slice(0, 12)}…`),
  })
  expect(part.size).toBe(0)
})

test('more bytes than listed are not taken', async () => {
  const { file } = await serve((_, response) => response.end(Buffer.concat([BYTES, BYTES])))
  await expect(completePart(file, memoryPart(), options())).rejects.toMatchObject({
    code: 'download-corrupt',
  })
})

test.each([
  [401, 'hub-refused'],
  [403, 'hub-refused'],
  [404, 'hub-missing'],
  [418, 'network'],
])('status %s is told as %s, at once', async (status, code) => {
  const { file, ranges } = await serve((_, response) => response.writeHead(status).end('no'))
  await expect(completePart(file, memoryPart(), options())).rejects.toMatchObject({ code })
  expect(ranges).toHaveLength(1)
})

test('a server that stays broken is tried three times, and what has arrived stays', async () => {
  const { file, ranges } = await serve((request, response, count) =>
    count === 1 ? answer(request, response, 50_000) : response.writeHead(503).end(),
  )
  const part = memoryPart()
  await expect(completePart(file, part, options())).rejects.toMatchObject({
    code: 'network',
    message: expect.stringMatching(/stopped at \d+ of 300000 bytes: the server answers 503/),
  })
  expect(ranges).toHaveLength(3)
  expect(part.size).toBeGreaterThan(0)
})

test('cancelling a connection that hangs keeps what has arrived', async () => {
  const { file } = await serve((_, response) => {
    response.writeHead(200, { 'content-length': BYTES.length })
    response.write(BYTES.subarray(0, 20_000))
  })
  const part = memoryPart()
  const abort = new AbortController()
  const download = completePart(file, part, {
    ...options(),
    signal: abort.signal,
    onBytes: () => abort.abort(),
  })
  await expect(download).rejects.toMatchObject({ code: 'cancelled' })
  expect(part.size).toBeGreaterThan(0)
})

test('without a digest the rest is asked for of the version that was begun; of another one all is taken', async () => {
  const versions: (string | undefined)[] = []
  const { file, ranges } = await serve((request, response) => {
    versions.push(request.headers['if-range'] as string | undefined)
    if (request.headers['if-range'] === '"old"') return response.end(BYTES)
    return answer(request, response)
  })
  const { digest: _, ...plain } = file
  const part = memoryPart(BYTES.subarray(0, 1000).map((byte) => byte ^ 1))
  await completePart({ ...plain, version: '"old"' }, part, options())
  expect(Buffer.compare(part.bytes(), BYTES)).toBe(0)
  await completePart({ ...plain, version: '"new"' }, memoryPart(BYTES.subarray(0, 1000)), options())
  await completePart({ ...plain, version: '"new"' }, memoryPart(), options())
  expect(ranges).toEqual(['bytes=1000-', 'bytes=1000-', 'bytes=0-'])
  expect(versions).toEqual(['"old"', '"new"', undefined])
})

test.each([401, 404])('status %s of a server that is not the Hub is told as its own', async (status) => {
  const { file } = await serve((_, response) => response.writeHead(status).end('no'))
  const { digest: _, ...plain } = file
  await expect(completePart(plain, memoryPart(), options())).rejects.toMatchObject({
    code: 'network',
    message: `model.safetensors could not be fetched: the server answers ${status}.`,
  })
})

test('small files are checked by the name that Git gives their content', async () => {
  const text = new TextEncoder().encode('hello\n')
  expect(await gitBlobDigest(text)).toBe('ce013625030ba8dba906f756967f9e9ca394464a')
})
