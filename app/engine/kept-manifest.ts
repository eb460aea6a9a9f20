// What is kept of a session, as one file: what is open, how each row was made, and the stages still to be run.
import { type Folder, readText } from './base/bytes.ts'
import { parseJsonObject } from './formats/json.ts'
import type { OpenInputs } from './kept-inputs.ts'
import { rowKey } from './model-table.ts'
import type { AdapterInfo, DataRecipe, Recipe, RowKey, StageRecipe } from './protocol.ts'
import type { Session } from './session.ts'

/** How a row was made. */
export interface KeptRow {
  /** Absent for the teacher. */
  readonly stage?: StageRecipe
  readonly untrained: boolean
  readonly cancelled: boolean
}

/** Stages that are still to be run, the one under way first. */
export interface Running {
  readonly stages: readonly StageRecipe[]
  readonly untrained: boolean
}

export interface Manifest {
  readonly version: 1
  readonly model: string
  /** Digest of model and tables. */
  readonly inputs: string
  readonly hasInputs: boolean
  readonly fileNames: readonly string[]
  readonly isSample: boolean
  readonly data: DataRecipe
  readonly seed: number
  /** Going on gives the same bits on the same adapter only. */
  readonly adapter: AdapterInfo
  readonly rows: readonly KeptRow[]
  readonly running?: Running
  readonly savedAt: number
}

export const MANIFEST = 'session.json'

export const keyOf = ({ stage }: Pick<KeptRow, 'stage'>): RowKey => (stage ? rowKey(stage) : 'teacher')

export const isTrained = ({ stage, untrained }: Pick<KeptRow, 'stage' | 'untrained'>): boolean =>
  stage !== undefined && stage.kind !== 'quantize' && !untrained

/** Whether losing it would cost a training. */
export function isWorthKeeping({ rows, running }: Pick<Manifest, 'rows' | 'running'>): boolean {
  const { stages = [], untrained = false } = running ?? {}
  return rows.some(isTrained) || stages.some((stage) => isTrained({ stage, untrained }))
}

/** Of what is open now. */
export function manifestOf(
  session: Session,
  { model, tables, isSample }: OpenInputs,
  {
    digest,
    rows,
    hasInputs = false,
    running,
  }: { digest: string; rows: readonly KeptRow[]; hasInputs?: boolean; running?: Running | undefined },
): Manifest {
  return {
    version: 1,
    model: model.name,
    inputs: digest,
    hasInputs,
    fileNames: [model.name, tables.train?.name, tables.test?.name].filter((name) => name !== undefined),
    isSample,
    data: session.dataRecipe,
    seed: session.seed,
    adapter: session.gpu.adapter,
    rows,
    ...(running ? { running } : {}),
    savedAt: Date.now(),
  }
}

/** A manifest that cannot be read, or of another version, counts as none. */
export async function readManifest(folder: Folder): Promise<Manifest | undefined> {
  const source = folder.files.get(MANIFEST)
  if (!source) return undefined
  try {
    const manifest = parseJsonObject(await readText(source), MANIFEST) as unknown as Manifest
    return manifest.version === 1 ? manifest : undefined
  } catch {
    return undefined
  }
}

/** The settings that the rows were made with, and those that were still to be run. */
export function recipeOf({ model, seed, data, rows, running }: Manifest): Recipe {
  const made = rows.flatMap(({ stage }) => (stage ? [stage] : []))
  const stages = [...made, ...(running?.stages ?? [])]
  return { recipe_version: 1, model, seed, data, stages, export: [] }
}
