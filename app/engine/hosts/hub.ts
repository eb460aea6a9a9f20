// Models of the Hugging Face Hub: what a repository holds, and where its files are. Loaded when asked for.
import { HubApiError, listFiles, modelInfo } from '@huggingface/hub'
import { StudioError } from '../base/errors.ts'
import { parseHubAddress } from '../base/hub-address.ts'
import type { RunControl } from '../base/watch.ts'
import { chooseNeededFiles } from '../formats/model-files.ts'
import { checkStatus, type RemoteFile, type RemoteModel } from './download.ts'

/** Another server of the same kind can be named when the page is built. */
export const HUB_URL: string = import.meta.env.VITE_HUB_URL ?? 'https://huggingface.co'
const TOKEN = /^hf_\w+$/
/** How often a pressed Cancel is looked for while the network is silent. */
const CANCEL_POLL_MS = 100

export interface HubQuestion {
  /** An id or a link, as typed. */
  readonly address: string
  readonly token?: string | undefined
  /** Another server than `HUB_URL`, without a slash at its end. */
  readonly hubUrl?: string
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

/**
 * The files that opening the model needs, with what their bytes are checked by.
 * @throws StudioError `option-invalid`, `hub-refused`, `hub-missing`, `file-missing` with a checklist, or `network`
 */
export async function listHubModel(
  { address, token, hubUrl = HUB_URL }: HubQuestion,
  signal: AbortSignal,
): Promise<RemoteModel> {
  const { repo, revision } = parseHubAddress(address)
  if (token) requireToken(token)
  const fetchOrStop: typeof fetch = (input, init) => fetch(input, { ...init, signal })
  const access = { hubUrl, fetch: fetchOrStop, ...(token ? { accessToken: token } : {}) }
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
      return { name: path, url: `${hubUrl}/${repo}/resolve/${sha}/${path}`, bytes: size, digest }
    })
    const bytes = files.reduce((sum, file) => sum + file.bytes, 0)
    const listed = files.map(({ name, bytes: size }) => ({ path: name, bytes: size }))
    return { listing: { repo, revision, commit: sha, files: listed, bytes }, files }
  } catch (error) {
    throw translated(repo, hubUrl, error)
  }
}

function translated(repo: string, hubUrl: string, error: unknown): unknown {
  if (error instanceof HubApiError) {
    try {
      checkStatus(repo, { status: error.statusCode, ok: false })
    } catch (told) {
      return told
    }
  }
  if (error instanceof TypeError)
    return new StudioError(
      'network',
      `The Hub at ${new URL(hubUrl).host} could not be reached (${reasonOf(error)}).`,
    )
  return error
}

/** The browser says no more than the message of an unreachable server; Node says why in the cause. */
function reasonOf({ message, cause }: TypeError): string {
  return cause instanceof Error && cause.message !== '' ? cause.message : message
}
