// Uploading an exported folder to the Hugging Face Hub as one commit. Worker only; loaded when asked for.
import { createRepo, HubApiError, uploadFilesWithProgress } from '@huggingface/hub'
import { StudioError } from '../base/errors.ts'
import { parseHubAddress } from '../base/hub-address.ts'
import type { RunControl, Watch } from '../base/watch.ts'
import { cancellable, HUB_URL, requireToken } from './hub.ts'

export interface UploadRequest {
  /** `org/name` or a link to it; made when it is not there. */
  readonly repo: string
  /** Of a repository that is made; one that is there stays as it is. */
  readonly isPrivate: boolean
  /** Used for this upload and kept nowhere. */
  readonly token: string
}

export interface UploadFile {
  readonly path: string
  readonly content: Blob
}

interface Progress {
  readonly control: RunControl
  readonly watch: Watch
}

/** What the Hub answers when the repository is there already. */
const CONFLICT = 409

/**
 * Makes the repository if need be and commits all files at once: either all of them are there afterwards, or none.
 * @returns the repository's page
 * @throws StudioError `option-invalid`, `hub-write-refused`, `network` or `cancelled`
 */
export async function uploadToHub(
  { repo: address, isPrivate, token }: UploadRequest,
  files: readonly UploadFile[],
  { control, watch }: Progress,
): Promise<{ repo: string; url: string }> {
  const { repo } = parseHubAddress(address)
  if (!repo.includes('/'))
    throw new StudioError('option-invalid', `“${repo}” names no owner; a repository is called owner/name.`)
  requireToken(token)
  try {
    await cancellable(control, async (abortSignal) => {
      await makeRepo({ repo, isPrivate, token }, abortSignal)
      await commit({ repo, token, abortSignal }, files, watch)
    })
  } catch (error) {
    throw control.isCancelled
      ? new StudioError('cancelled', 'Cancelled; nothing was committed.')
      : told(repo, error)
  }
  return { repo, url: `${HUB_URL}/${repo}` }
}

async function makeRepo({ repo, isPrivate, token }: UploadRequest, signal: AbortSignal): Promise<void> {
  try {
    await createRepo({
      repo,
      visibility: isPrivate ? 'private' : 'public',
      accessToken: token,
      hubUrl: HUB_URL,
      fetch: (input, init) => fetch(input, { ...init, signal }),
    })
  } catch (error) {
    if (!(error instanceof HubApiError && error.statusCode === CONFLICT)) throw error
  }
}

async function commit(
  { repo, token, abortSignal }: { repo: string; token: string; abortSignal: AbortSignal },
  files: readonly UploadFile[],
  watch: Watch,
): Promise<void> {
  const sizes = new Map(files.map(({ path, content }) => [path, content.size]))
  const total = [...sizes.values()].reduce((sum, size) => sum + size, 0)
  const done = new Map<string, number>()
  const events = uploadFilesWithProgress({
    repo,
    files: [...files],
    accessToken: token,
    hubUrl: HUB_URL,
    commitTitle: 'Add a model compressed with Decant',
    abortSignal,
    // Its other ways to hash and to cut files compile WebAssembly, which this worker may not.
    useXet: false,
    useWebWorkers: { minSize: Number.POSITIVE_INFINITY },
  })
  for await (const event of events) {
    await watch.checkpoint()
    if (event.event !== 'fileProgress' || event.state !== 'uploading') continue
    done.set(event.path, event.progress * (sizes.get(event.path) ?? 0))
    watch.progress(Math.round([...done.values()].reduce((sum, bytes) => sum + bytes, 0)), total, 'bytes')
  }
}

function told(repo: string, error: unknown): unknown {
  if (error instanceof HubApiError && (error.statusCode === 401 || error.statusCode === 403))
    return new StudioError(
      'hub-write-refused',
      `The Hub does not let this token write to ${repo} (${error.statusCode}).`,
    )
  if (error instanceof HubApiError)
    return new StudioError('network', `${repo} could not be uploaded: the Hub answers ${error.statusCode}.`)
  if (error instanceof StudioError || !(error instanceof Error)) return error
  // The browser says no more than this of an unreachable server, and sometimes nothing.
  const reason = error.message || 'the connection broke'
  return new StudioError('network', `The Hub at ${new URL(HUB_URL).host} could not be reached (${reason}).`)
}
