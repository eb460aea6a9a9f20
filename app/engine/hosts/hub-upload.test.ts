// Uploading to a stand-in of the Hub over real HTTP: what arrives, what is refused, what Cancel leaves behind.
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { RunControl } from '../base/watch.ts'
import { hubUploadStandIn, OWNER, WRITE_TOKEN } from '../fixtures/hub-upload-stand-in.ts'

const FILES = [
  { path: 'config.json', content: new Blob(['{"a": 1}']) },
  { path: 'onnx/model.onnx', content: new Blob([new Uint8Array(300_000).fill(7)]) },
]

let server: Server
let hub: ReturnType<typeof hubUploadStandIn>
let uploadToHub: typeof import('./hub-upload.ts').uploadToHub
/** Called with the path of every request, before it is answered. */
let onRequest: (path: string) => void = () => {}

beforeAll(async () => {
  server = createServer((request, response) => {
    const parts: Buffer[] = []
    request.on('data', (part) => parts.push(part))
    request.on('end', () => {
      onRequest(request.url!)
      const { authorization } = request.headers
      const question = { method: request.method!, path: request.url!, authorization }
      const { status, headers, body } = hub.answer({ ...question, body: Buffer.concat(parts) })
      response.writeHead(status, headers).end(body)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  hub = hubUploadStandIn(origin)
  // The address is read when the module is.
  vi.stubEnv('VITE_HUB_URL', origin)
  uploadToHub = (await import('./hub-upload.ts')).uploadToHub
})
afterAll(() => {
  vi.unstubAllEnvs()
  server.closeAllConnections()
  server.close()
})

function running() {
  const control = new RunControl()
  const told: number[] = []
  const watch = { checkpoint: () => control.checkpoint(), progress: (done: number) => void told.push(done) }
  return { control, told, watch }
}

async function expectFiles(repo: string) {
  const { files } = hub.repos.get(repo)!
  expect([...files.keys()].sort()).toEqual(FILES.map(({ path }) => path))
  for (const { path, content } of FILES)
    expect(files.get(path)!.equals(Buffer.from(await content.arrayBuffer()))).toBe(true)
}

it('makes the repository, sends every byte and commits once; a second time it only commits', async () => {
  const repo = `${OWNER}/first`
  const request = { repo, isPrivate: true, token: WRITE_TOKEN }
  const { told, ...progress } = running()
  const { url } = await uploadToHub(request, FILES, progress)
  expect(url).toMatch(/\/someone\/first$/)
  expect(hub.repos.get(repo)!.isPrivate).toBe(true)
  await expectFiles(repo)
  expect(told.at(-1)).toBeGreaterThanOrEqual(300_000)
  await uploadToHub({ ...request, isPrivate: false }, FILES, running())
  expect(hub.repos.get(repo)!.isPrivate).toBe(true)
  await expectFiles(repo)
})

it.each([
  ['no owner', { repo: 'alone', token: WRITE_TOKEN }, 'option-invalid'],
  ['no token', { repo: `${OWNER}/x`, token: 'password' }, 'option-invalid'],
  ['a wrong token', { repo: `${OWNER}/x`, token: 'hf_wrong' }, 'hub-write-refused'],
  ['another’s name', { repo: 'else/x', token: WRITE_TOKEN }, 'hub-write-refused'],
])('refuses %s and shows no token', async (_, given, code) => {
  const error = await uploadToHub({ ...given, isPrivate: true }, FILES, running()).catch((thrown) => thrown)
  expect(error).toMatchObject({ code })
  expect(String(error)).not.toContain(given.token)
})

it('commits nothing after Cancel', async () => {
  const repo = `${OWNER}/cancelled`
  const { control, watch } = running()
  onRequest = (path) => {
    if (path.endsWith('/preupload/main')) control.cancel()
  }
  const uploading = uploadToHub({ repo, isPrivate: true, token: WRITE_TOKEN }, FILES, { control, watch })
  await expect(uploading).rejects.toMatchObject({ code: 'cancelled' })
  expect(hub.repos.get(repo)!.files.size).toBe(0)
})
