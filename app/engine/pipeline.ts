// Runs a whole recipe: opens, measures, runs every stage, exports, verifies the exports and writes the report.
import type { ByteSource, Folder, OutputFolder } from './base/bytes.ts'
import { readAll, requireFile, subfolder, writeText } from './base/bytes.ts'
import { StudioError } from './base/errors.ts'
import { openTable } from './data/open-table.ts'
import { exportModel } from './export-model.ts'
import { comparisonTable } from './exports/model-card.ts'
import type { InferenceRuntime } from './exports/verify.ts'
import type { ExportResult, Recipe, Report, SelfTest } from './protocol.ts'
import { formatRecipe } from './recipe.ts'
import { formatReport, makeReport, REPORT_FILE } from './report.ts'
import type { Session } from './session.ts'
import { inputDigest, type StageStore, stageFingerprint } from './stage-store.ts'
import { expectedOf, verifyFile } from './verify-export.ts'

/** Where a recipe's files are and where results go. */
export interface RecipeFiles {
  readonly model: Folder
  readonly train?: ByteSource
  readonly test?: ByteSource
  readonly output: OutputFolder
  /** Lists what was written, to read exports back. */
  reopen(): Promise<Folder>
}

export interface PipelineOptions {
  readonly files: RecipeFiles
  readonly selfTest: SelfTest
  readonly runtime?: InferenceRuntime
  /** Keeps finished stages, and gives back those of a run that was killed. */
  readonly store?: StageStore
}

/** Rows that exported files are checked on. */
const VERIFIED_ROWS = 1000

/**
 * Writes `report.json`, `report.md`, `recipe.json` and `model/`.
 * @throws StudioError of the part that failed; stages finished before are kept in the store
 */
export async function runRecipe(session: Session, recipe: Recipe, options: PipelineOptions): Promise<Report> {
  const { files, store } = options
  session.seed = recipe.seed
  await session.openModel(files.model)
  await openRecipeData(session, recipe, files)
  const peakSince = session.gpu.pool.watchPeak()
  await runStages(session, recipe, { files, ...(store ? { store } : {}) })
  const peak = peakSince()
  await writeText(files.output, 'recipe.json', formatRecipe(recipe))
  const exports = await exportAndVerify(session, recipe, options)
  const report = makeReport(session, { selfTest: options.selfTest, exports, peak })
  await writeText(files.output, REPORT_FILE, formatReport(report))
  await writeText(files.output, 'report.md', reportMarkdown(report))
  return report
}

async function openRecipeData(session: Session, recipe: Recipe, files: RecipeFiles): Promise<void> {
  const train = files.train ? await openTable(files.train) : undefined
  const test = files.test ? await openTable(files.test) : undefined
  session.openData({ ...(train ? { train } : {}), ...(test ? { test } : {}) }, recipe.data)
}

async function runStages(
  session: Session,
  recipe: Recipe,
  { files, store }: { files: RecipeFiles; store?: StageStore },
): Promise<void> {
  await store?.removeUnfinished()
  const inputs = store ? await inputDigest(files) : ''
  for (let index = 0; index <= recipe.stages.length; index++) {
    const stage = recipe.stages[index - 1]
    const fingerprint = stageFingerprint(recipe, index, inputs)
    const slot = store?.slot(`${index}-${stage?.kind ?? 'teacher'}`, fingerprint)
    if (await slot?.restore(session, stage)) continue
    const kept = stage
      ? await session.runStage(
          stage,
          slot ? { checkpoints: slot.checkpoints(session.gpu), continuesLater: true } : {},
        )
      : await session.measureTeacher()
    if ('cancelled' in kept && kept.cancelled) throw new StudioError('cancelled', 'Cancelled.')
    await slot?.keep(session.gpu, kept)
  }
}

async function exportAndVerify(
  session: Session,
  recipe: Recipe,
  { files, runtime }: PipelineOptions,
): Promise<ExportResult[]> {
  if (recipe.export.length === 0) return []
  const written = await exportModel(session, {
    recipe,
    folder: subfolder(files.output, 'model'),
    folderName: 'model',
  })
  const folder = await files.reopen()
  const results: ExportResult[] = []
  for (const { file, row } of written) {
    if (!runtime || !file.endsWith('.onnx')) continue
    const bytes = await readAll(requireFile(folder, `model/${file}`))
    const expected = expectedOf(session, session.table.entries[row]!)
    const watch = session.watch('export', 'verify')
    const verification = await verifyFile({ runtime, bytes, expected, rows: VERIFIED_ROWS, watch })
    results.push({ file: `model/${file}`, bytes: bytes.length, row, ...verification })
  }
  return results
}

function reportMarkdown({ rows, exports, adapter }: Report): string {
  const device = [adapter.vendor, adapter.architecture, adapter.description].filter(Boolean).join(', ')
  const files = exports.map(({ file, bytes, runtime, n, agreement, accuracy }) => {
    const right = accuracy === undefined ? '' : `, ${(100 * accuracy).toFixed(2)} % right`
    return `- \`${file}\`: ${(bytes / 1e6).toFixed(2)} MB; ${runtime} on ${n} rows: ${(100 * agreement).toFixed(2)} % as here${right}.`
  })
  const parts = ['# Report', comparisonTable(rows), `Measured on ${device}.`, files.join('\n')]
  return `${parts.filter(Boolean).join('\n\n')}\n`
}
