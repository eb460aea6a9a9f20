// Opening a checkpoint: config to spec, and for every weight the tensors that hold it, with all shapes checked.
import { type Folder, readText, requireFile } from '../base/bytes.ts'
import { StudioError } from '../base/errors.ts'
import { openTensorTable } from '../formats/checkpoint-files.ts'
import { parseJsonObject } from '../formats/json.ts'
import type { TensorTable } from '../formats/safetensors.ts'
import { requireFloatTensor } from '../formats/tensor-data.ts'
import { type ModelSpec, type Role, roleShapes } from '../model/spec.ts'
import type { Architecture, Config } from './arch.ts'

/** Tensors of one weight: `names` are stacked along rows and together have `shape`. */
export interface PlannedWeight {
  readonly names: readonly string[]
  readonly shape: readonly number[]
}

export interface WeightPlan {
  readonly plan: ReadonlyMap<Role, PlannedWeight>
  /** Tensors of the file that the model does not use, such as a language-model head. */
  readonly unused: readonly string[]
}

export interface Checkpoint extends WeightPlan {
  readonly config: Config
  readonly architecture: Architecture
  readonly spec: ModelSpec
  readonly table: TensorTable
}

/** Counters that old transformers saved beside the weights; they hold 0, 1, 2, … */
const COUNTERS = /(^|\.)(position_ids|token_type_ids)$/

/**
 * Reads config.json and the headers of the weights; no tensor data.
 * @param findArchitecture by `model_type`; passed in because the registry is above this room
 * @throws StudioError `file-missing`, `json-invalid`, `architecture-unsupported`, `config-invalid`,
 * `safetensors-invalid`, `tensor-missing` or `tensor-shape`
 */
export async function openCheckpoint(
  folder: Folder,
  findArchitecture: (id: string) => Architecture | undefined,
): Promise<Checkpoint> {
  const source = requireFile(folder, 'config.json')
  const config = parseJsonObject(await readText(source), source.name)
  const architecture = lookUp(config.model_type, source.name, findArchitecture)
  const table = await openTensorTable(folder)
  const spec = architecture.parse(config, classifierRows(architecture, table), source.name)
  return { config, architecture, spec, table, ...planWeights(architecture, spec, table) }
}

function lookUp(
  id: unknown,
  file: string,
  findArchitecture: (id: string) => Architecture | undefined,
): Architecture {
  if (typeof id !== 'string') throw new StudioError('config-invalid', `${file}: model_type is missing.`)
  const architecture = findArchitecture(id)
  if (architecture) return architecture
  throw new StudioError(
    'architecture-unsupported',
    `${file}: model_type is ${JSON.stringify(id)}, which is not supported.`,
  )
}

function classifierRows(architecture: Architecture, table: TensorTable): number {
  const entry = table.tensors.get(architecture.classifier)
  if (!entry)
    throw new StudioError(
      'tensor-missing',
      `${table.name} has no tensor ${architecture.classifier}: it has no classification head.`,
    )
  const [rows, columns] = entry.shape
  if (rows !== undefined && columns !== undefined && entry.shape.length === 2) return rows
  throw new StudioError(
    'tensor-shape',
    `${table.name}: ${architecture.classifier} has shape [${entry.shape.join(', ')}], not [labels, hidden].`,
  )
}

/**
 * Finds the tensors of every weight. The encoder's prefix (`bert.`) may be missing, as in files saved from the
 * encoder's own class.
 * @throws StudioError `tensor-missing`, `tensor-shape`, or `safetensors-invalid` for a dtype without floats
 */
export function planWeights(architecture: Architecture, spec: ModelSpec, table: TensorTable): WeightPlan {
  const shapes = roleShapes(spec)
  const plan = new Map<Role, PlannedWeight>()
  const used = new Set<string>()
  for (const [role, expected] of architecture.tensorNames(spec)) {
    const shape = shapes.get(role)!
    const names = expected.map((name) => findName(table, name, architecture.id))
    const partShape = [shape[0]! / names.length, ...shape.slice(1)]
    for (const name of names) {
      checkShape(table, name, partShape)
      used.add(name)
    }
    plan.set(role, { names, shape })
  }
  const unused = [...table.tensors.keys()].filter((name) => !used.has(name) && !COUNTERS.test(name))
  return { plan, unused }
}

function findName(table: TensorTable, name: string, prefix: string): string {
  if (table.tensors.has(name)) return name
  const bare = name.startsWith(`${prefix}.`) ? name.slice(prefix.length + 1) : `${prefix}.${name}`
  if (table.tensors.has(bare)) return bare
  throw new StudioError('tensor-missing', `${table.name} has no tensor ${name}.`)
}

function checkShape(table: TensorTable, name: string, expected: readonly number[]): void {
  const { shape, source } = requireFloatTensor(table, name)
  if (shape.length === expected.length && shape.every((size, i) => size === expected[i])) return
  throw new StudioError(
    'tensor-shape',
    `${source.name}: ${name} has shape [${shape.join(', ')}]; config.json makes it [${expected.join(', ')}].`,
  )
}
