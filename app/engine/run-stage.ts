// Runs one stage of a recipe: option values in, a new model out. The models given stay as they are.
import type { Gpu } from '../../kernels/runtime/gpu.ts'
import { adapterRoof } from './adapter-roof.ts'
import { assert, StudioError } from './base/errors.ts'
import { checkOptions, type OptionValues } from './base/options.ts'
import { deriveSeed, shuffledIndices } from './base/random.ts'
import type { Watch } from './base/watch.ts'
import { catalog } from './catalog.ts'
import type { ImportanceScores } from './criteria/criterion.ts'
import type { PreparedData, Split } from './data/prepared.ts'
import { distillationBytes } from './fit.ts'
import { bestClass } from './metrics/score.ts'
import { copyModel, type Model, releaseModel } from './model/model.ts'
import { predict } from './model/predict.ts'
import type { LayerImportance, LossPoint, Phase, StageRecipe } from './protocol.ts'
import { criteria, schemes } from './registry.ts'
import type { TrainingCheckpoints } from './stages/checkpoints.ts'
import { createStudent } from './stages/distill.ts'
import { IMPORTANCE_TEXTS, prune } from './stages/prune.ts'
import { layerImportance, type PruningTarget } from './stages/pruning-plan.ts'
import { quantize } from './stages/quantize.ts'
import { type TrainingSettings, trainingSettings } from './stages/schedule.ts'
import type { TeacherOutputs } from './stages/teacher-outputs.ts'
import { train } from './stages/training.ts'
import { matchedLayers } from './stages/training-batch.ts'

export interface StageContext {
  readonly gpu: Gpu
  readonly teacher: Model
  /** Result of the stage before; the teacher where there is none. */
  readonly base: Model
  readonly data: PreparedData
  readonly seed: number
  /** Of the training texts; they stay the session's. */
  readonly teacherOutputs: TeacherOutputs
  /** Importance of the base's units by the criterion of this id: scored now, or kept from before. */
  readonly scores: (criterion: string, score: () => Promise<ImportanceScores>) => Promise<ImportanceScores>
  readonly watch: (phase: Phase) => Watch
  readonly onLoss: (points: readonly LossPoint[]) => void
  readonly onImportance: (layers: readonly LayerImportance[]) => void
  readonly checkpoints?: TrainingCheckpoints
}

export interface StageOutcome {
  readonly model: Model
  /** Training was cancelled; the model is the best that was validated. */
  readonly cancelled: boolean
}

/** @throws StudioError `option-invalid`, `data-invalid`, `training-diverged` or `cancelled`; GpuError when the GPU fails */
export async function runStage(
  context: StageContext,
  stage: StageRecipe,
  { untrained = false }: { untrained?: boolean } = {},
): Promise<StageOutcome> {
  const { kind, ...given } = stage
  const values = checkOptions(catalog.stages[kind], given, kind)
  if (kind === 'quantize') return { model: await runQuantize(context, values), cancelled: false }
  const settings = trainingSettings(values, kind === 'prune' ? 'recovery.' : '', context.seed)
  const isTrained = !untrained && settings.epochs > 0
  if (isTrained && context.data.train.ids.length === 0)
    throw new StudioError(
      'data-invalid',
      `${kind}: there are 0 training rows to train ${settings.epochs} epochs on; name a training file.`,
    )
  const model = kind === 'distill' ? startStudent(context, values) : await runPrune(context, values)
  if (!isTrained) return { model, cancelled: false }
  try {
    return { model, cancelled: await trainModel(context, kind, model, settings) }
  } catch (error) {
    releaseModel(context.gpu, model)
    // What was being kept when the GPU failed may be incomplete.
    context.teacherOutputs.release()
    throw error
  }
}

function startStudent({ gpu, base }: StageContext, values: OptionValues): Model {
  return createStudent(gpu, base, values.student_layers as readonly number[])
}

async function runPrune(context: StageContext, values: OptionValues): Promise<Model> {
  const { gpu, base, data, seed, watch, onImportance } = context
  if (values.pruning_ratio === 0) return copyModel(gpu, base)
  const criterion = criteria.get(values.importance as string)
  assert(criterion, 'a checked criterion')
  const scores = await context.scores(criterion.id, () =>
    criterion.score({
      gpu,
      model: base,
      ...importanceTexts(data, seed),
      seed: deriveSeed(seed, 'importance'),
      watch: watch('importance'),
    }),
  )
  const { model, plan } = await prune(gpu, base, scores, {
    ratio: values.pruning_ratio as number,
    targets: values.targets as readonly PruningTarget[],
    roundTo: values.round_to as number,
    pinned: values.pinned as readonly string[],
  })
  onImportance(layerImportance(base.spec, scores, plan))
  return model
}

/** A fixed sample of the training texts; of the scored ones where there are no training texts. */
function importanceTexts(data: PreparedData, seed: number): Pick<Split, 'ids' | 'labels'> {
  const split = data.train.ids.length > 0 ? data.train : data.test
  const rows = shuffledIndices(split.ids.length, deriveSeed(seed, 'importance texts')).slice(
    0,
    IMPORTANCE_TEXTS,
  )
  return {
    ids: rows.map((row) => split.ids[row]!),
    labels: Int32Array.from(rows, (row) => split.labels[row]!),
  }
}

async function runQuantize({ gpu, base }: StageContext, values: OptionValues): Promise<Model> {
  const scheme = schemes.get(values.scheme as string)
  assert(scheme, 'a checked scheme')
  return quantize(gpu, base, {
    scheme,
    groupSize: values.group_size as number,
    embeddings: values.embeddings as 'INT8' | 'F32',
    ignore: values.ignore as readonly string[],
  })
}

/** Validation while training looks at no more rows than this. */
const VALIDATION_ROWS = 500

/** Trains in place. @returns whether it was cancelled */
async function trainModel(
  context: StageContext,
  kind: 'distill' | 'prune',
  model: Model,
  settings: TrainingSettings,
): Promise<boolean> {
  const { gpu, teacher, data, watch, onLoss } = context
  const validate = await createValidation(context)
  prepareTeacherOutputs(context, model, settings)
  const result = await train(
    {
      gpu,
      teacher,
      teacherOutputs: context.teacherOutputs,
      student: model,
      ids: data.train.ids,
      labels: data.train.labels,
      watch: watch('train'),
      roof: await adapterRoof(gpu),
      onLoss: (points) => onLoss(points.map((point) => ({ stage: kind, ...point }))),
      ...(validate ? { validate } : {}),
      ...(context.checkpoints ? { checkpoints: context.checkpoints } : {}),
    },
    settings,
  )
  return result.cancelled
}

/** Keeps what the teacher says as far as memory is left by the training itself. */
function prepareTeacherOutputs(
  { gpu, teacher, teacherOutputs, data }: StageContext,
  student: Model,
  settings: TrainingSettings,
): void {
  const { budget, now } = gpu.pool.ledger
  const maxLength = data.train.ids.reduce((longest, { length }) => Math.max(longest, length), 0)
  const layers = matchedLayers({ student, teacher }, settings)
  const needed = distillationBytes(teacher.spec, student.spec, { ...settings, maxLength })
  teacherOutputs.prepare([...new Set(layers.values())], budget - now - needed)
}

/** Share right, or agreeing with the teacher where the rows have no labels. Undefined without validation rows. */
async function createValidation({ gpu, teacher, data, watch }: StageContext) {
  const ids = data.validation.ids.slice(0, VALIDATION_ROWS)
  if (ids.length === 0) return undefined
  const classes = teacher.spec.labels.length
  const classesOf = async (model: Model, phase: Phase) => {
    const logits = await predict(gpu, model, ids, watch(phase))
    return ids.map((_, row) => bestClass(logits, row, classes))
  }
  const labels = [...data.validation.labels.subarray(0, ids.length)]
  const targets = labels.some((label) => label >= 0) ? labels : await classesOf(teacher, 'teacher')
  const counted = targets.filter((target) => target >= 0).length
  return async (student: Model) => {
    const predicted = await classesOf(student, 'validate')
    return predicted.filter((label, row) => label === targets[row]).length / counted
  }
}
