// Opening for the page: a folder or a zip is inspected first, and loaded at once only if it fits.
import type { Gpu } from '../../../kernels/runtime/gpu.ts'
import { blobSource, type Folder, readText } from '../base/bytes.ts'
import { reportError } from '../base/errors.ts'
import { modelRoot } from '../base/model-root.ts'
import type { RunControl, Watch } from '../base/watch.ts'
import { openZip } from '../formats/zip.ts'
import { inspectModel } from '../inspect.ts'
import type { Command, Event } from '../protocol.ts'
import { parseReport, REPORT_FILE } from '../report.ts'
import { deleteKept, listKept, openKept } from './opfs-models.ts'

interface OpenerParts {
  readonly gpu: Gpu
  readonly emit: (event: Event) => void
  /** Uploads and measures; called once the model fits or the user insists. */
  readonly load: (folder: Folder) => Promise<void>
}

/** Commands about the Hub and about what was downloaded from it. */
export type HubCommand = Extract<Command, { type: 'find-hub-model' | 'download-hub-model' | 'open-kept' }>
/** The same, but quick: they need neither the GPU nor the network. */
export type KeptCommand = Extract<Command, { type: 'delete-kept' | 'list-kept' }>

interface Running {
  readonly control: RunControl
  readonly watch: Watch
}

type OpenData = Extract<Command, { type: 'open-data' }>

export class Opener {
  readonly #parts: OpenerParts
  #waiting: Folder | undefined
  /** Tables dropped with a model that waits: they are for that model. */
  #tables: OpenData | undefined

  constructor(parts: OpenerParts) {
    this.#parts = parts
  }

  /** @throws StudioError as `inspectModel`; what was open stays */
  async open(folder: Folder): Promise<void> {
    this.forget()
    const { gpu, emit } = this.#parts
    const inspection = await inspectModel(folder, gpu)
    const isWaiting = inspection.fit.some(({ task, fits }) => task === 'run' && !fits)
    emit({ type: 'inspected', ...inspection, isWaiting })
    if (isWaiting) this.#waiting = folder
    else await this.#load(folder)
  }

  /** Loads the model that waits, although it does not fit. @returns tables that were held back for it */
  async loadWaiting(): Promise<OpenData | undefined> {
    const folder = this.#waiting
    const tables = this.#tables
    this.forget()
    if (!folder) return undefined
    await this.#load(folder)
    return tables
  }

  /** Keeps tables back while the model that they came with waits. @returns whether it does */
  holdTables(tables: OpenData): boolean {
    if (this.#waiting) this.#tables = tables
    return this.#waiting !== undefined
  }

  /** @throws StudioError as the Hub, the storage or the model gives reason */
  async handleHub(command: HubCommand, running: Running): Promise<void> {
    const { emit } = this.#parts
    switch (command.type) {
      case 'find-hub-model': {
        const { findModel } = await import('./page-download.ts')
        return emit({ type: 'hub-listing', listing: await findModel(command, running.control) })
      }
      case 'download-hub-model': {
        const { downloadModel } = await import('./page-download.ts')
        const folder = await downloadModel(command, running).finally(async () => emit(await keptEvent()))
        return this.open(folder)
      }
      case 'open-kept':
        return this.open(await openKept(command.id))
    }
  }

  forget(): void {
    this.#waiting = undefined
    this.#tables = undefined
  }

  async #load(folder: Folder): Promise<void> {
    await this.#parts.load(folder)
    await this.#tellReport(folder)
  }

  /** A damaged report is told of, but the model beside it is open. */
  async #tellReport({ files }: Folder): Promise<void> {
    const source = files.get(REPORT_FILE)
    if (!source) return
    const { emit } = this.#parts
    try {
      emit({ type: 'reported', report: parseReport(await readText(source), REPORT_FILE) })
    } catch (error) {
      emit({ type: 'error', error: reportError(error) })
    }
  }
}

/** Deletes what is to go, and lists what is kept with the browser's estimate of the space. @throws StudioError `storage` */
export async function handleKept(command: KeptCommand): Promise<Event> {
  if (command.type === 'delete-kept') await deleteKept(command.id)
  return keptEvent()
}

async function keptEvent(): Promise<Event> {
  const { usage = 0, quota = 0 } = await navigator.storage.estimate()
  return { type: 'kept', models: await listKept(), usage, quota }
}

/** The folder in which config.json lies, of picked files, of one zip, or of what a zip holds. */
export async function openedFolder(
  name: string,
  files: readonly { readonly path: string; readonly file: File }[],
): Promise<Folder> {
  const [only] = files
  if (files.length === 1 && only && /\.zip$/i.test(only.path))
    return insideOf(await openZip(blobSource(only.file.name, only.file)))
  return insideOf({ name, files: new Map(files.map(({ path, file }) => [path, blobSource(path, file)])) })
}

/** Files by path inside the model's folder: the folder's own name in front is dropped. */
function insideOf({ name, files }: Folder): Folder {
  const prefix = modelRoot([...files.keys()])
  const inside = [...files].filter(([path]) => path.startsWith(prefix))
  return { name, files: new Map(inside.map(([path, source]) => [path.slice(prefix.length), source])) }
}
