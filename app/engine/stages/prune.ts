// Pruning: scores units, plans, and really removes them: smaller tensors, heads and width per layer.
import { gatherColumns, gatherRows } from '../../../kernels/gather/gather.ts'
import type { Gpu } from '../../../kernels/runtime/gpu.ts'
import { createTensor, release, type Tensor, upload } from '../../../kernels/runtime/tensor.ts'
import type { OptionDefinition } from '../base/options.ts'
import type { Criterion, ImportanceScores } from '../criteria/criterion.ts'
import { cloneTensor, denseOf, holdModel, type Model, type Weight } from '../model/model.ts'
import { FLOAT_FORMAT, type Role, roleShapes } from '../model/spec.ts'
import type { PruningTarget } from './pruning-plan.ts'
import { type KeptUnits, type PruningPlan, parsePins, planPruning } from './pruning-plan.ts'

/** Texts that importance is estimated on. */
export const IMPORTANCE_TEXTS = 512

export function pruneOptions(criteria: readonly Criterion[]): OptionDefinition[] {
  return [
    {
      key: 'pruning_ratio',
      kind: 'number',
      label: 'Prune ratio',
      help: 'Share of the encoder’s parameters (attention and feed-forward matrices and biases) to remove.',
      default: 0.3,
      min: 0,
      max: 0.9,
      step: 0.05,
      main: true,
    },
    {
      key: 'importance',
      kind: 'choice',
      label: 'Importance',
      help: 'How units are ranked; the least important go first.',
      default: 'fisher',
      choices: criteria.map(({ id, label }) => ({ value: id, label })),
      main: true,
    },
    {
      key: 'targets',
      kind: 'set',
      label: 'Targets',
      help: 'What may be removed. Heads and neurons are ranked together by score per parameter.',
      default: ['heads', 'ffn'],
      choices: [
        { value: 'heads', label: 'Heads' },
        { value: 'ffn', label: 'FFN neurons' },
        { value: 'layers', label: 'Whole layers' },
      ],
    },
    {
      key: 'round_to',
      kind: 'choice',
      label: 'Round FFN width to',
      help: 'Kept neurons per layer become a multiple of this, for runtimes that want aligned widths.',
      default: 1,
      choices: [1, 4, 8, 16, 32, 64, 128].map((value) => ({ value, label: String(value) })),
    },
    {
      key: 'pinned',
      kind: 'names',
      label: 'Pinned heads',
      help: 'Heads that stay whatever their score, as layer.head with the teacher’s layer numbers: 4.0, 4.3.',
      default: [],
    },
  ]
}

export interface PruneSettings {
  readonly ratio: number
  readonly targets: readonly PruningTarget[]
  readonly roundTo: number
  /** Heads that stay, as `layer.head`. */
  readonly pinned: readonly string[]
}

/** The pruned model, untrained. The input model stays as it is. @throws StudioError `option-invalid` */
export async function prune(
  gpu: Gpu,
  model: Model,
  scores: ImportanceScores,
  settings: PruneSettings,
): Promise<{ model: Model; plan: PruningPlan }> {
  const pinned = parsePins(model.spec, settings.pinned)
  const plan = planPruning(model.spec, scores, { ...settings, pinned })
  return { model: await gpu.scope(() => removeUnits(gpu, model, plan)), plan }
}

/** A model of the plan's spec with the kept rows and columns of `model`'s weights, copied. */
export function removeUnits(gpu: Gpu, model: Model, plan: PruningPlan): Model {
  const weights = new Map<Role, Weight>()
  const dense = (role: string, tensor: Tensor<'f32'>) => weights.set(role as Role, { kind: 'dense', tensor })
  for (const role of roleShapes(plan.spec).keys())
    if (!role.startsWith('layers.')) dense(role, cloneTensor(gpu, denseOf(model, role), 'weights'))
  plan.kept.forEach((kept, index) => {
    for (const [part, tensor] of keptLayer(gpu, model, kept)) dense(`layers.${index}.${part}`, tensor)
  })
  return holdModel({ spec: plan.spec, format: FLOAT_FORMAT, weights })
}

function keptLayer(gpu: Gpu, model: Model, kept: KeptUnits): [part: string, tensor: Tensor<'f32'>][] {
  const { headSize, layers } = model.spec
  const source = (part: string) => denseOf(model, `layers.${kept.layer}.${part}` as Role)
  const whole = ['attention_norm.weight', 'attention_norm.bias', 'ffn_norm.weight', 'ffn_norm.bias']
  const copied = [...whole, 'attention_output.bias', 'ffn_down.bias']
  const context = kept.heads.flatMap((head) => range(headSize).map((d) => head * headSize + d))
  const width = layers[kept.layer]!.heads * headSize
  const qkv = range(3).flatMap((part) => context.map((row) => part * width + row))
  return [
    ...copied.map((part): [string, Tensor<'f32'>] => [part, cloneTensor(gpu, source(part), 'weights')]),
    ['qkv.weight', takeRows(gpu, source('qkv.weight'), qkv)],
    ['qkv.bias', takeRows(gpu, source('qkv.bias'), qkv)],
    ['attention_output.weight', takeColumns(gpu, source('attention_output.weight'), context)],
    ['ffn_up.weight', takeRows(gpu, source('ffn_up.weight'), kept.neurons)],
    ['ffn_up.bias', takeRows(gpu, source('ffn_up.bias'), kept.neurons)],
    ['ffn_down.weight', takeColumns(gpu, source('ffn_down.weight'), kept.neurons)],
  ]
}

const range = (count: number) => [...Array(count).keys()]

/** Rows of a matrix, or elements of a vector. */
function takeRows(gpu: Gpu, x: Tensor<'f32'>, rows: readonly number[]): Tensor<'f32'> {
  const cols = x.shape[1] ?? 1
  const shape = x.shape.length === 1 ? [rows.length] : [rows.length, cols]
  const out = createTensor(gpu, 'f32', shape, 'weights')
  const indices = upload(gpu, 'u32', Uint32Array.from(rows), { owner: 'scratch' })
  gatherRows(gpu, { x, indices, out }, { rows: rows.length, cols })
  release(gpu, indices)
  return out
}

function takeColumns(gpu: Gpu, x: Tensor<'f32'>, columns: readonly number[]): Tensor<'f32'> {
  const [rows = 0, sourceCols = 0] = x.shape
  const out = createTensor(gpu, 'f32', [rows, columns.length], 'weights')
  const indices = upload(gpu, 'u32', Uint32Array.from(columns), { owner: 'scratch' })
  gatherColumns(gpu, { x, indices, out }, { rows, cols: columns.length, sourceCols })
  release(gpu, indices)
  return out
}
