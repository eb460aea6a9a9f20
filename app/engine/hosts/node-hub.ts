// Models of the Hub for the command line: listed, fetched into a cache on disk as far as they are not there yet, and opened from it.
import { join } from 'node:path'
import type { Folder } from '../base/bytes.ts'
import { StudioError } from '../base/errors.ts'
import { parseHubAddress } from '../base/hub-address.ts'
import type { RunControl, Watch } from '../base/watch.ts'
import { type DownloadFolder, downloadAll, type RemoteModel } from './download.ts'
import { cancellable, HUB_URL, listHubModel } from './hub.ts'
import { cacheFolder, type Environment } from './node-cache.ts'
import { HubCache } from './node-hub-cache.ts'

export interface HubProgress {
  readonly control: RunControl
  readonly watch: Watch
  /** Tells the user what is done, one sentence at a time. */
  readonly note: (text: string) => void
}

/**
 * Opens `org/name`, `org/name@revision` or a link. The token of a private model comes from HF_TOKEN and is kept nowhere;
 * HF_ENDPOINT names another server, DECANT_CACHE another folder than ~/.cache/decant. Without the network, the commit fetched last
 * of this revision is opened.
 * @throws StudioError as `listHubModel`, and `storage`, `download-corrupt` or `cancelled`
 */
export async function openHubModel(
  address: string,
  progress: HubProgress,
  environment: Environment = process.env,
): Promise<Folder> {
  const { control, note } = progress
  const { repo, revision } = parseHubAddress(address)
  const cache = new HubCache(join(cacheFolder(environment), 'hub'), repo)
  const token = environment.HF_TOKEN?.trim() || undefined
  const question = { address, token, hubUrl: endpoint(environment) }
  let model: RemoteModel
  try {
    model = await cancellable(control, (signal) => listHubModel(question, signal))
  } catch (error) {
    const commit = await cache.commitOf(revision)
    if (!(error instanceof StudioError && error.code === 'network') || commit === undefined) throw error
    note(`${error.message} Using commit ${commit.slice(0, 8)} of ${repo} from ${cache.folderOf(commit)}.`)
    return cache.open(commit)
  }
  await fetchInto(cache, model, { ...progress, token })
  return cache.open(model.listing.commit)
}

async function fetchInto(
  cache: HubCache,
  model: RemoteModel,
  { control, watch, note, token }: HubProgress & { token: string | undefined },
): Promise<void> {
  const { repo, revision, commit } = model.listing
  const name = `${repo}@${revision} (commit ${commit.slice(0, 8)})`
  const folder = await cache.start(model.listing)
  const lacking = await lackingBytes(model, folder)
  const where = cache.folderOf(commit)
  if (lacking === 0) note(`${name} is in ${where}; nothing is downloaded.`)
  else note(`Downloading ${megabytes(lacking)} of ${name} into ${where} …`)
  const headers: Record<string, string> = token ? { Authorization: `Bearer ${token}` } : {}
  // With nothing to fetch there is no progress to show.
  const quiet: Watch = { checkpoint: () => watch.checkpoint(), progress: () => {} }
  await cancellable(control, (signal) =>
    downloadAll(model, folder, { headers, signal, watch: lacking === 0 ? quiet : watch }),
  )
}

async function lackingBytes({ files }: RemoteModel, folder: DownloadFolder): Promise<number> {
  const sizes = await Promise.all(files.map(({ name }) => folder.sizeOf(name)))
  return files.reduce((sum, { bytes }, index) => sum + (sizes[index] === bytes ? 0 : bytes), 0)
}

const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`

/** @throws StudioError `option-invalid` */
function endpoint({ HF_ENDPOINT }: Environment): string {
  if (!HF_ENDPOINT) return HUB_URL
  if (/^https?:\/\//i.test(HF_ENDPOINT) && URL.canParse(HF_ENDPOINT)) return HF_ENDPOINT.replace(/\/+$/, '')
  throw new StudioError(
    'option-invalid',
    `HF_ENDPOINT is “${HF_ENDPOINT}”; allowed is a server’s address, such as ${HUB_URL}.`,
  )
}
