// Models of the Hugging Face Hub: what a repository holds, and fetching what opening it needs. Worker only; loaded when asked for.
import { HubApiError, listFiles, modelInfo } from '@huggingface/hub'
import type { Folder } from '../base/bytes.ts'
import { StudioError } from '../base/errors.ts'
import { parseHubAddress } from '../base/hub-address.ts'
import type { RunControl, Watch } from '../base/watch.ts'
import { chooseNeededFiles } from '../formats/model-files.ts'
import type { HubListing } from '../protocol.ts'
import { checkStatus, completePart, type RemoteFile } from './download.ts'
import { KeptDownload, keptId, listKept, openKept } from './opfs-models.ts'

/** Another server of the same kind can be named when the page is built. */
export const HUB_URL: string = import.meta.env.VITE_HUB_URL ?? 'https://huggingface.co'
const TOKEN = /^hf_\w+$/
/** How often a pressed Cancel is looked for while the network is silent. */
const CANCEL_POLL_MS = 100

interface Found {
  readonly listing: HubListing
  readonly files: readonly RemoteFile[]
}

/** @throws StudioError `option-invalid`, `hub-refused`, `hub-missing`, `file-missing` with a checklist, or `network` */
export async function findHubModel(
  { address, token }: HubQuestion,
  control: RunControl,
): Promise<HubListing> {
  const { listing } = await cancellable(control, (signal) => find({ address, token }, signal))
  return listing
}

export interface HubQuestion {
  /** An id or a link, as typed. */
  readonly address: string
  readonly token?: string | undefined
}

/** @throws StudioError `option-invalid`, without showing what was given */
export function requireToken(token: string): void {
  if (!TOKEN.test(token))
    throw new StudioError('option-invalid', 'The access token is no token of the Hub: those begin with hf_.')
}

/** Runs `work` with a signal that a pressed Cancel gives even while the network is silent. */
export async function cancellable<T>(
  control: RunControl,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const abort = new AbortController()
  const poll = setInterval(() => control.isCancelled && abort.abort(), CANCEL_POLL_MS)
  try {
    return await work(abort.signal)
  } finally {
    clearInterval(poll)
  }
}

async function find({ address, token }: HubQuestion, signal: AbortSignal): Promise<Found> {
  const { repo, revision } = parseHubAddress(address)
  if (token) requireToken(token)
  const fetchOrStop: typeof fetch = (input, init) => fetch(input, { ...init, signal })
  const access = { hubUrl: HUB_URL, fetch: fetchOrStop, ...(token ? { accessToken: token } : {}) }
  try {
    const { sha } = await modelInfo({ name: repo, revision, additionalFields: ['sha'], ...access })
    const entries = []
    for await (const entry of listFiles({ repo, revision: sha, ...access }))
      if (entry.type === 'file') entries.push(entry)
    const needed = chooseNeededFiles(repo, entries)
    const files = needed.map(({ path, size, oid, lfs }): RemoteFile => {
      const digest = lfs
        ? { kind: 'sha256' as const, hex: lfs.oid }
        : { kind: 'git-blob' as const, hex: oid ?? '' }
      return { name: path, url: `${HUB_URL}/${repo}/resolve/${sha}/${path}`, bytes: size, digest }
    })
    const bytes = files.reduce((sum, file) => sum + file.bytes, 0)
    const listed = files.map(({ name, bytes: size }) => ({ path: name, bytes: size }))
    return { listing: { repo, revision, commit: sha, files: listed, bytes }, files }
  } catch (error) {
    throw translated(repo, error)
  }
}

function translated(repo: string, error: unknown): unknown {
  if (error instanceof HubApiError) {
    try {
      checkStatus(repo, { status: error.statusCode, ok: false })
    } catch (told) {
      return told
    }
  }
  // The browser says no more than this of an unreachable server, and nothing of why.
  if (error instanceof TypeError)
    return new StudioError(
      'network',
      `The Hub at ${new URL(HUB_URL).host} could not be reached (${error.message}).`,
    )
  return error
}

/**
 * Fetches the files that are not there yet and opens the model. What has arrived stays when this fails.
 * @throws StudioError as `findHubModel`, and `storage`, `download-corrupt` or `cancelled`
 */
export async function downloadHubModel(
  { address, token }: HubQuestion,
  { control, watch }: { control: RunControl; watch: Watch },
): Promise<Folder> {
  const headers: Record<string, string> = token ? { Authorization: `Bearer ${token}` } : {}
  return cancellable(control, async (signal) => {
    const { listing, files } = await find({ address, token }, signal)
    await requireSpace(listing)
    const download = await KeptDownload.start(listing)
    let before = 0
    for (const file of files) {
      const done = before
      const onBytes = (bytes: number) => watch.progress(done + bytes, listing.bytes, 'bytes')
      if ((await download.sizeOf(file.name)) !== file.bytes)
        await download.complete(file.name, (part) =>
          completePart(file, part, { headers, signal, watch, onBytes }),
        )
      before += file.bytes
      watch.progress(before, listing.bytes, 'bytes')
    }
    await download.seal()
    return openKept(keptId(listing))
  })
}

/** @throws StudioError `storage`, with both numbers */
async function requireSpace(listing: HubListing): Promise<void> {
  const { repo } = listing
  const there = (await listKept()).find(({ id }) => id === keptId(listing))?.bytes ?? 0
  const bytes = listing.bytes - there
  const { usage = 0, quota = Number.POSITIVE_INFINITY } = await navigator.storage.estimate()
  if (bytes <= quota - usage) return
  throw new StudioError(
    'storage',
    `${repo} needs ${bytes} bytes more; the browser has ${Math.max(0, quota - usage)} left for this page.`,
  )
}
