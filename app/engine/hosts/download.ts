// Downloads the files of a model: resumed by Range, checked by digest where one is told, and only then given their names.
import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex } from '@noble/hashes/utils.js'
import { StudioError } from '../base/errors.ts'
import type { Watch } from '../base/watch.ts'
import type { HubListing } from '../protocol.ts'

/** A model that could be downloaded: what is told of it, and where its files are. */
export interface RemoteModel {
  readonly listing: HubListing
  readonly files: readonly RemoteFile[]
}

export interface RemoteFile {
  /** For messages. */
  readonly name: string
  readonly url: string
  readonly bytes: number
  /** Git's own digest of small files, or SHA-256 of large ones. Only the Hub tells it; else the size alone is checked. */
  readonly digest?: { readonly kind: 'sha256' | 'git-blob'; readonly hex: string }
  /** What a server without digests names this version of the file by: the rest of another version is not taken. */
  readonly version?: string
}

/** Bytes of a file that is not whole yet; they survive a reload. */
export interface PartFile {
  readonly size: number
  read(start: number, end: number): Promise<Uint8Array<ArrayBuffer>>
  append(bytes: Uint8Array<ArrayBuffer>): Promise<void>
  /** Forgets all bytes. */
  clear(): Promise<void>
}

/** Where the files of one model lie: those that are whole under their names, and the parts of others. */
export interface DownloadFolder {
  /** Bytes of a file that is whole; undefined while it is not. */
  sizeOf(name: string): Promise<number | undefined>
  /** Hands out the part of a file; when `fill` succeeds the file gets its name. */
  complete(name: string, fill: (part: PartFile) => Promise<void>): Promise<void>
  /** Says that every file is there and checked. */
  seal(): Promise<void>
}

export interface RequestOptions {
  readonly headers?: Readonly<Record<string, string>>
  readonly signal?: AbortSignal
  readonly watch: Watch
}

export interface DownloadOptions extends RequestOptions {
  /** Called with the bytes of this file that are there. */
  readonly onBytes: (bytes: number) => void
}

const PIECE = 4 * 1024 * 1024
/** Broken connections in a row after which the download gives up; any byte that arrives starts the count anew. */
const MOST_FAILURES = 3
const RETRY_MS = 500

/**
 * Fetches the files that `folder` lacks. What has arrived stays there when this fails.
 * @throws StudioError as `completePart`, or as the folder gives reason
 */
export async function downloadAll(
  { listing, files }: RemoteModel,
  folder: DownloadFolder,
  options: RequestOptions,
): Promise<void> {
  const { watch } = options
  let before = 0
  for (const file of files) {
    const done = before
    const onBytes = (bytes: number) => watch.progress(done + bytes, listing.bytes, 'bytes')
    if ((await folder.sizeOf(file.name)) !== file.bytes)
      await folder.complete(file.name, (part) => completePart(file, part, { ...options, onBytes }))
    before += file.bytes
    watch.progress(before, listing.bytes, 'bytes')
  }
  await folder.seal()
}

/**
 * Completes `part` to the whole file and checks it. What has arrived stays in `part` when this fails, unless it is wrong.
 * @throws StudioError `network`, `hub-refused`, `hub-missing`, `download-corrupt` or `cancelled`; DOMException `AbortError`
 */
export async function completePart(
  file: RemoteFile,
  part: PartFile,
  options: DownloadOptions,
): Promise<void> {
  if (part.size > file.bytes) await part.clear()
  for (let failures = 0; part.size < file.bytes; ) {
    const before = part.size
    const fault = await fetchRest(file, part, options)
    if (!fault) continue
    failures = part.size > before ? 1 : failures + 1
    if (failures >= MOST_FAILURES) throw fault
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS * failures))
    await options.watch.checkpoint()
  }
  const found = await digestOfPart(file, part, options.watch)
  if (part.size === file.bytes && found === file.digest?.hex) return
  const { size } = part
  await part.clear()
  const withDigest = (hex: string | undefined) =>
    hex === undefined ? '' : ` with digest ${hex.slice(0, 12)}…`
  throw new StudioError(
    'download-corrupt',
    `${file.name} arrived as ${size} bytes${withDigest(found)}; expected were ${file.bytes} bytes${withDigest(file.digest?.hex)}.`,
  )
}

/**
 * Where no digest is told, the beginning is asked for as a range too: browsers then ask for the bytes as they are, and a server
 * that compresses on the way sends as many as it said. The browser's cache may hold compressed ones and is passed by.
 */
function requestOf(
  { digest, version }: RemoteFile,
  start: number,
  { headers, signal }: Pick<RequestOptions, 'headers' | 'signal'>,
): RequestInit {
  const all = new Headers(headers)
  if (start > 0 || !digest) all.set('Range', `bytes=${start}-`)
  if (start > 0 && version) all.set('If-Range', version)
  return { headers: all, ...(signal ? { signal } : {}), ...(digest ? {} : { cache: 'no-store' }) }
}

/** Asks for what is missing. @returns why the connection broke, if it did */
async function fetchRest(
  file: RemoteFile,
  part: PartFile,
  options: DownloadOptions,
): Promise<StudioError | undefined> {
  const { signal, watch, onBytes } = options
  const broken = (why: unknown) => {
    if (signal?.aborted) throw new StudioError('cancelled', 'Cancelled; what has arrived is kept.')
    return new StudioError(
      'network',
      `${file.name} stopped at ${part.size} of ${file.bytes} bytes: ${String(why)}.`,
    )
  }
  const response = await fetch(file.url, requestOf(file, part.size, options)).catch(broken)
  if (response instanceof StudioError) return response
  if (response.status >= 500 || response.status === 429)
    return broken(`the server answers ${response.status}`)
  checkStatus(file.name, response, file.digest ? 'hub' : 'other')
  const isElsewhere = part.size > 0 && !continues(response, part.size)
  if (isElsewhere) await part.clear()
  if (isElsewhere && response.status === 206) {
    await response.body?.cancel()
    return broken('the server sends another range than was asked for')
  }
  const reader = response.body!.getReader()
  try {
    for (;;) {
      const next = await reader.read().catch(broken)
      if (next instanceof StudioError) return next
      if (next.done) return part.size < file.bytes ? broken('the connection ended') : undefined
      await watch.checkpoint()
      await part.append(next.value)
      onBytes(part.size)
      if (part.size > file.bytes) return undefined
    }
  } finally {
    await reader.cancel().catch(() => undefined)
  }
}

/** Whether the answer goes on where the part ends, as far as another origin lets us see; a server without ranges sends all of it again. */
function continues({ status, headers }: Response, size: number): boolean {
  const range = headers.get('Content-Range')
  return status === 206 && (range === null || range.startsWith(`bytes ${size}-`))
}

/** @throws StudioError `hub-refused`, `hub-missing` or `network` for an answer that is no file */
export function checkStatus(
  name: string,
  { status, ok }: Pick<Response, 'status' | 'ok'>,
  server: 'hub' | 'other' = 'hub',
): void {
  if (ok) return
  if (server === 'hub' && (status === 401 || status === 403))
    throw new StudioError(
      'hub-refused',
      `The Hub does not hand out ${name} (${status}): it is private, gated, or not there.`,
    )
  if (server === 'hub' && status === 404)
    throw new StudioError('hub-missing', `The Hub has no ${name} (404).`)
  throw new StudioError('network', `${name} could not be fetched: the server answers ${status}.`)
}

async function digestOfPart(
  { digest }: RemoteFile,
  part: PartFile,
  watch: Watch,
): Promise<string | undefined> {
  if (!digest) return undefined
  if (digest.kind === 'git-blob') return gitBlobDigest(await part.read(0, part.size))
  const hash = sha256.create()
  for (let at = 0; at < part.size; at += PIECE) {
    await watch.checkpoint()
    hash.update(await part.read(at, Math.min(part.size, at + PIECE)))
  }
  return bytesToHex(hash.digest())
}

/** What Git names a file's content by: SHA-1 of "blob <bytes>\0" and the bytes. */
export async function gitBlobDigest(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const head = new TextEncoder().encode(`blob ${bytes.length}\0`)
  const whole = new Uint8Array(head.length + bytes.length)
  whole.set(head)
  whole.set(bytes, head.length)
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-1', whole))
  return bytesToHex(digest)
}
