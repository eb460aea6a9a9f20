// Fetching a model for the page: from the Hub or from a folder on the page's own server, into its storage. Worker only; loaded when asked for.
import type { Folder } from '../base/bytes.ts'
import type { RunControl, Watch } from '../base/watch.ts'
import type { HubListing } from '../protocol.ts'
import { downloadAll, type RemoteModel } from './download.ts'
import { cancellable, type HubQuestion, listHubModel } from './hub.ts'
import { KeptDownload, keptId, openKept } from './opfs-models.ts'
import { listUrlFolder, pageFolder } from './url-folder.ts'

function list(question: HubQuestion, signal: AbortSignal): Promise<RemoteModel> {
  const folder = pageFolder(question.address, self.location.origin)
  return folder ? listUrlFolder(folder, signal) : listHubModel(question, signal)
}

/** What a download would fetch. @throws StudioError as `listHubModel`, `pageFolder` or `listUrlFolder` */
export async function findModel(question: HubQuestion, control: RunControl): Promise<HubListing> {
  const { listing } = await cancellable(control, (signal) => list(question, signal))
  return listing
}

/**
 * Fetches the files that are not there yet and opens the model. What has arrived stays when this fails.
 * @throws StudioError as `findModel`, and `storage`, `download-corrupt` or `cancelled`
 */
export async function downloadModel(
  question: HubQuestion,
  { control, watch }: { control: RunControl; watch: Watch },
): Promise<Folder> {
  return cancellable(control, async (signal) => {
    const model = await list(question, signal)
    const isOfHub = model.listing.url === undefined
    const headers: Record<string, string> =
      isOfHub && question.token ? { Authorization: `Bearer ${question.token}` } : {}
    const folder = await KeptDownload.start(model.listing)
    await downloadAll(model, folder, { headers, signal, watch })
    return openKept(keptId(model.listing))
  })
}
