// Exports for the page: writes the folder, packs or leaves it, and has another runtime check the very bytes.
import { writeText } from '../base/bytes.ts'
import { reportError, StudioError } from '../base/errors.ts'
import { type ExportedModel, exportModel } from '../export-model.ts'
import { exportSnippets } from '../exports/snippets.ts'
import type { CheckProvider, Command, Event, ExportRecipe, FileCheck, Recipe } from '../protocol.ts'
import { exportFormats } from '../registry.ts'
import { formatReport, makeReport, REPORT_FILE } from '../report.ts'
import type { GradualSelfTest } from '../self-test.ts'
import type { Session } from '../session.ts'
import { allowedDifferences, type Expected, expectedOf, verifyFile } from '../verify-export.ts'
import { type ExportPlace, pickedPlace, privatePlace, zipPlace } from './export-place.ts'
import { type StartedRuntime, startOnnxRuntimeWeb } from './onnxruntime-web.ts'

/** Larger files are checked when asked for: opening one takes its size in memory twice. */
const AUTOMATIC_BYTES = 50_000_000
const CHECKED_ROWS = 500
/**
 * Of a file whose weights were rounded while it was written there is no row to compare with, only the model before.
 * What rounding costs is then part of the difference; far more than that means a broken file.
 */
const LEAST_AGREEMENT_ROUNDED = 0.8

interface ExporterParts {
  readonly session: Session
  readonly selfTest: GradualSelfTest
  readonly emit: (event: Event) => void
}

/** A file that can be checked, and what it is to say. */
interface Checkable {
  readonly file: ExportedModel
  readonly expected: Expected
  readonly leastAgreement: number
}

type ExportCommand = Extract<Command, { type: 'export' }>

export class Exporter {
  readonly #parts: ExporterParts
  #place: ExportPlace | undefined
  /** What was written to a picked folder is the user's and stays. */
  #isPicked = false
  #checkable: readonly Checkable[] = []

  constructor(parts: ExporterParts) {
    this.#parts = parts
  }

  /** @throws StudioError as the formats, the storage or a pressed Cancel give reason; nothing half-written stays */
  async export({ exports, folder }: ExportCommand): Promise<void> {
    const name = `${this.#parts.session.opened!.name.split('/').at(-1)}-decant`
    const place = folder ? await this.#pick(folder, name) : await privatePlace()
    try {
      const event = await this.#write({ place, name, exports, isZipped: folder === undefined })
      if (!this.#isPicked) await this.#place?.clear()
      this.#isPicked = folder !== undefined
      this.#place = place
      this.#parts.emit(event)
    } catch (error) {
      await place.clear()
      throw error
    }
    await this.#checkAll(
      this.#checkable.filter(({ file }) => file.bytes <= AUTOMATIC_BYTES),
      'wasm',
    )
  }

  /** Checks one file of the last export. */
  async verify({ file: path, provider }: Extract<Command, { type: 'verify' }>): Promise<void> {
    const files = this.#checkable.filter(({ file }) => file.file === path)
    if (files.length === 0)
      throw new StudioError('file-missing', `${path} is no longer at hand; export once more to check it.`)
    await this.#checkAll(files, provider)
  }

  /** @throws StudioError as the Hub gives reason; `file-missing` before the first export */
  async upload({ repo, isPrivate, token }: Extract<Command, { type: 'upload' }>): Promise<void> {
    const { session, emit } = this.#parts
    const place = this.#place
    if (!place) throw new StudioError('file-missing', 'Nothing was exported yet; export first, then upload.')
    const paths = place.paths.filter((path) => !path.endsWith('.zip'))
    const files = await Promise.all(paths.map(async (path) => ({ path, content: await place.open(path) })))
    const watch = session.watch('export', 'upload')
    const { uploadToHub } = await import('./hub-upload.ts')
    const uploaded = await uploadToHub({ repo, isPrivate, token }, files, { control: session.control, watch })
    emit({ type: 'uploaded', ...uploaded })
  }

  async #pick(folder: FileSystemDirectoryHandle, name: string): Promise<ExportPlace> {
    try {
      return await pickedPlace(folder, name)
    } catch (error) {
      throw new StudioError('storage', `The folder ${folder.name} cannot be written: ${error}.`)
    }
  }

  async #write(options: {
    place: ExportPlace
    name: string
    exports: readonly ExportRecipe[]
    isZipped: boolean
  }): Promise<Extract<Event, { type: 'exported' }>> {
    const { place, name, exports, isZipped } = options
    const { session, selfTest } = this.#parts
    const recipe = recipeOf(session, exports)
    const files = await exportModel(session, { recipe, folder: place, folderName: name })
    const { peak } = session.gpu.pool.ledger
    const report = makeReport(session, { selfTest: selfTest.result, exports: [], peak })
    await writeText(place, REPORT_FILE, formatReport(report))
    const paths = [...place.paths]
    const zip = isZipped ? await zipPlace(place, `${name}.zip`, session.watch('export', 'pack')) : undefined
    const sizes = await Promise.all(paths.map(async (path) => (await place.open(path)).size))
    this.#checkable = checkableOf(session, files)
    const labels = session.opened!.checkpoint.spec.labels.length
    return {
      type: 'exported',
      ...(zip ? { zip } : {}),
      name: zip ? `${name}.zip` : name,
      bytes: zip?.size ?? sizes.reduce((sum, size) => sum + size, 0),
      files: files.map(({ file, bytes }) => ({
        file,
        bytes,
        isCheckable: this.#checkable.some((known) => known.file.file === file),
      })),
      snippets: exportSnippets({ files, folder: name, labels, maxLength: recipe.data.max_length }),
    }
  }

  async #checkAll(files: readonly Checkable[], provider: CheckProvider): Promise<void> {
    if (files.length === 0) return
    let runtime: StartedRuntime | undefined
    try {
      for (const checkable of files) {
        const check = await this.#check(checkable, async () => {
          runtime ??= await startOnnxRuntimeWeb(provider)
          return runtime
        })
        this.#parts.emit({ type: 'verified', file: checkable.file.file, provider, check })
      }
    } finally {
      runtime?.close()
    }
  }

  /** A runtime that fails says so of its file; only a pressed Cancel ends the whole. */
  async #check(
    { file, expected, leastAgreement }: Checkable,
    start: () => Promise<StartedRuntime>,
  ): Promise<FileCheck> {
    try {
      const runtime = await start()
      const bytes = new Uint8Array(await (await this.#place!.open(file.file)).arrayBuffer())
      const watch = this.#parts.session.watch('export', 'verify')
      const checked = await verifyFile({ runtime, bytes, expected, rows: CHECKED_ROWS, watch })
      const allowed = allowedDifferences(checked.n, leastAgreement)
      return { kind: 'checked', ...checked, allowed, isRounded: file.isRounded }
    } catch (error) {
      if (error instanceof StudioError && error.code === 'cancelled') throw error
      return { kind: 'failed', error: reportError(error) }
    }
  }
}

function recipeOf(session: Session, exports: readonly ExportRecipe[]): Recipe {
  return {
    recipe_version: 1,
    model: session.opened!.name,
    seed: session.seed,
    data: session.dataRecipe,
    stages: session.table.entries.flatMap(({ stage }) => (stage ? [stage] : [])),
    export: exports,
  }
}

/** Files that another runtime opens, with what our engine says of the same rows. */
function checkableOf(session: Session, files: readonly ExportedModel[]): readonly Checkable[] {
  return files.flatMap((file) => {
    const precisions = exportFormats.get(file.format)?.precisions
    const leastAgreement = precisions?.find(({ id }) => id === file.precision)?.leastAgreement
    if (leastAgreement === undefined) return []
    return [
      {
        file,
        expected: expectedOf(session, session.table.entries[file.row]!),
        leastAgreement: file.isRounded ? LEAST_AGREEMENT_ROUNDED : leastAgreement,
      },
    ]
  })
}
