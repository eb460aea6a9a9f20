// A model folder on the page's own server, opened by its address: files by their known names, sizes as the server tells them.
import { memorySource } from '../base/bytes.ts'
import { hexDigest } from '../base/digest.ts'
import { StudioError } from '../base/errors.ts'
import { isHubLink } from '../base/hub-address.ts'
import { DECANT_WEIGHTS_FILE, INDEX_FILE, readIndex, WEIGHTS_FILE } from '../formats/checkpoint-files.ts'
import { chooseNeededFiles, SMALL_FILES } from '../formats/model-files.ts'
import type { RemoteFile, RemoteModel } from './download.ts'

const KNOWN_FILES = [...SMALL_FILES, WEIGHTS_FILE, INDEX_FILE, DECANT_WEIGHTS_FILE]
/** Far above the index of any model. */
const MOST_INDEX_BYTES = 16e6

/** A file that the server has. */
interface Found {
  readonly path: string
  readonly bytes: number
  /** What changes when the file does, if the server tells it. */
  readonly mark: string
  /** The same, if it is exact enough to go on with a download by. */
  readonly version?: string
}

/**
 * The folder that an address names on the page's own server: its whole address, or a path between two slashes. Undefined for what
 * may be an id or a link of the Hub.
 * @throws StudioError `origin-refused` for a link to any other server
 */
export function pageFolder(address: string, origin: string): URL | undefined {
  const text = address.trim().replace(/^["'<]+|["'>]+$/g, '')
  const isPath = /^\/(?!\/)(.*\/)?$/.test(text)
  const isLink = /^https?:\/\//i.test(text) && !isHubLink(text)
  if ((!isPath && !isLink) || !URL.canParse(text, origin)) return undefined
  const { origin: other, pathname } = new URL(text, origin)
  if (other !== origin) throw refusal(other, origin)
  const last = pathname.split('/').at(-1)!
  const folder = KNOWN_FILES.includes(last) ? pathname.slice(0, -last.length) : pathname
  return new URL(folder.endsWith('/') ? folder : `${folder}/`, origin)
}

function refusal(other: string, origin: string): StudioError {
  return new StudioError(
    'origin-refused',
    `${other} was not asked for anything: this page’s policy lets it connect only to ${origin}, where it comes from, and to huggingface.co.`,
  )
}

/**
 * Asks for the size of every file that a model may have, and for nothing else but the index of shards.
 * @throws StudioError `file-missing` with a checklist, or `network`
 */
export async function listUrlFolder(folder: URL, signal: AbortSignal): Promise<RemoteModel> {
  const name = folder.pathname.replace(/^\/|\/$/g, '') || folder.host
  const ask = (path: string) => find(new URL(path, folder), path, signal)
  const known = (await Promise.all(KNOWN_FILES.map(ask))).filter((file) => file !== undefined)
  const isSharded = known.some(({ path }) => path === INDEX_FILE) && !known.some(isWhole)
  const shards = isSharded ? await Promise.all((await shardNames(folder, signal)).map(ask)) : []
  const found = chooseNeededFiles(name, [...known, ...shards.filter((file) => file !== undefined)])
  const files = found.map(({ path, bytes, version }): RemoteFile => {
    const url = new URL(path, folder).href
    return { name: path, url, bytes, ...(version ? { version } : {}) }
  })
  const marks = found.map(({ path, bytes, mark }) => `${path} ${bytes} ${mark}`)
  const commit = await hexDigest(new TextEncoder().encode([folder.href, ...marks].join('\n')))
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0)
  const listed = found.map(({ path, bytes: size }) => ({ path, bytes: size }))
  return { listing: { repo: name, revision: '', commit, url: folder.href, files: listed, bytes }, files }
}

const isWhole = ({ path }: Found) => path === WEIGHTS_FILE

/** @throws StudioError `network`, or as `readIndex` */
async function shardNames(folder: URL, signal: AbortSignal): Promise<string[]> {
  const response = await ask(new URL(INDEX_FILE, folder), INDEX_FILE, { signal })
  const bytes = new Uint8Array(await response.arrayBuffer())
  if (!response.ok || bytes.length > MOST_INDEX_BYTES)
    throw new StudioError(
      'network',
      `${INDEX_FILE} could not be fetched: the server answers ${response.status}.`,
    )
  const files = new Map([[INDEX_FILE, memorySource(INDEX_FILE, bytes)]])
  return [...new Set((await readIndex({ name: folder.pathname, files })).values())]
}

/** Undefined where the server has no such file. @throws StudioError `network` when it does not say */
async function find(url: URL, path: string, signal: AbortSignal): Promise<Found | undefined> {
  const head = await ask(url, path, { method: 'HEAD', signal })
  if (isAbsent(head)) return undefined
  const bytes = sizeOf(head) ?? (await sizeByRange(url, path, signal))
  if (bytes === undefined) return undefined
  const tag = head.headers.get('ETag')
  const version = tag && !tag.startsWith('W/') ? tag : head.headers.get('Last-Modified')
  return { path, bytes, mark: tag ?? version ?? '', ...(version ? { version } : {}) }
}

/** Servers of pages answer with a page where they have no such file. */
const isAbsent = ({ status, headers }: Response) =>
  [404, 410].includes(status) || headers.get('Content-Type')?.startsWith('text/html') === true

/** Of the bytes as they are: a length told of compressed ones says nothing. */
function sizeOf({ ok, headers }: Response): number | undefined {
  const length = headers.get('Content-Length')
  return ok && length !== null && !headers.has('Content-Encoding') ? Number(length) : undefined
}

/** Ranges are of the bytes as they are, and browsers ask for them uncompressed; some servers also know no HEAD. */
async function sizeByRange(url: URL, path: string, signal: AbortSignal): Promise<number | undefined> {
  const response = await ask(url, path, { headers: { Range: 'bytes=0-0' }, signal })
  await response.body?.cancel()
  if (isAbsent(response)) return undefined
  const [, total] = /\/(\d+)$/.exec(response.headers.get('Content-Range') ?? '') ?? []
  const size = response.status === 206 ? total && Number(total) : sizeOf(response)
  if (typeof size === 'number') return size
  const answer = response.ok ? 'does not tell its size' : `answers ${response.status}`
  throw new StudioError('network', `${path} cannot be looked up: ${url.host} ${answer}.`)
}

/** @throws StudioError `network` when the server cannot be reached */
async function ask(url: URL, path: string, request: RequestInit): Promise<Response> {
  try {
    // What the browser's cache tells of a file that came compressed is the compressed length.
    return await fetch(url, { ...request, cache: 'no-store' })
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    throw new StudioError(
      'network',
      `${path} cannot be looked up: ${url.host} was not reached (${error.message}).`,
    )
  }
}
