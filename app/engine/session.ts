// One user's work: an open model, its data, and the models that stages made of it, each with its measured row.
import type { Gpu } from '../../kernels/runtime/gpu.ts'
import { type Checkpoint, openCheckpoint } from './archs/load-plan.ts'
import type { Folder } from './base/bytes.ts'
import { StudioError } from './base/errors.ts'
import { RunControl, UNWATCHED, type Watch } from './base/watch.ts'
import { leadingTable } from './data/arrange.ts'
import { guessColumns, type Table } from './data/dataset.ts'
import { type PreparedData, prepareData, scoredSplit } from './data/prepared.ts'
import { measure } from './measure.ts'
import { topClasses } from './metrics/top-classes.ts'
import { loadModel } from './model/load.ts'
import { type Model, releaseModel } from './model/model.ts'
import { predict } from './model/predict.ts'
import { type KeptModel, ModelTable, rowKey } from './model-table.ts'
import { watchPhase } from './progress.ts'
import type {
  DataRecipe,
  Event,
  Guess,
  ModelRow,
  ModelSummary,
  Phase,
  Progress,
  RowKey,
  StageRecipe,
} from './protocol.ts'
import { architectures } from './registry.ts'
import { runStage, type StageContext, type StageOutcome } from './run-stage.ts'
import { ScoreCache } from './score-cache.ts'
import type { TrainingCheckpoints } from './stages/checkpoints.ts'
import { TeacherOutputs } from './stages/teacher-outputs.ts'
import { summarize } from './summary.ts'
import { loadTokenizer, type Tokenizer } from './text/tokenizer.ts'

export interface OpenedModel {
  readonly name: string
  readonly folder: Folder
  readonly checkpoint: Checkpoint
  readonly tokenizer: Tokenizer
  readonly model: Model
  readonly summary: ModelSummary
}

type StageName = Progress['stage']

/** Classes of a prediction that are told. */
const TOP_CLASSES = 3

export class Session {
  readonly gpu: Gpu
  readonly table: ModelTable
  readonly #emit: (event: Event) => void
  control = new RunControl()
  seed = 0
  #opened: OpenedModel | undefined
  #data: PreparedData | undefined
  #dataRecipe: DataRecipe | undefined
  #teacherOutputs: TeacherOutputs | undefined
  readonly #scores = new ScoreCache()

  constructor(gpu: Gpu, emit: (event: Event) => void) {
    this.gpu = gpu
    this.#emit = emit
    this.table = new ModelTable(gpu, emit)
  }

  get opened(): OpenedModel | undefined {
    return this.#opened
  }

  get data(): PreparedData | undefined {
    return this.#data
  }

  watch(stage: StageName, phase: Phase): Watch {
    return watchPhase(this.#emit, this.control, { stage, phase })
  }

  /** Opens a checkpoint. What was open stays when this fails, and goes when it succeeds. */
  async openModel(folder: Folder): Promise<OpenedModel> {
    const checkpoint = await openCheckpoint(folder, (id) => architectures.get(id))
    const tokenizer = await loadTokenizer(folder)
    tokenizer.requireWithin(checkpoint.spec.vocabulary)
    const teacherSpec = {
      ...checkpoint.spec,
      layers: checkpoint.spec.layers.map((layer, source) => ({ ...layer, source })),
    }
    const model = await loadModel(this.gpu, { ...checkpoint, spec: teacherSpec }, this.watch('open', 'load'))
    const { name } = folder
    const opened = { name, folder, checkpoint, tokenizer, model, summary: summarize(name, checkpoint) }
    this.#replaceModel(opened)
    return opened
  }

  /**
   * Opens tables for the open model. With nothing said, columns are guessed. Rows measured before are dropped.
   * @throws StudioError `column-missing`, `label-unknown`, `data-invalid`; the data open before stays
   */
  openData(tables: { train?: Table; test?: Table }, options: Partial<DataRecipe> = {}): PreparedData {
    const { checkpoint, tokenizer } = this.#requireModel()
    const table = leadingTable(tables)
    if (!table) throw new StudioError('data-invalid', 'There is no table of training or test rows.')
    const recipe: DataRecipe = { validation: 0.1, max_length: 128, ...guessColumns(table), ...options }
    const data = prepareData(tables, { recipe, seed: this.seed, spec: checkpoint.spec, tokenizer })
    if (scoredSplit(data).rows.ids.length === 0)
      throw new StudioError(
        'data-invalid',
        `${table.name} has no rows to measure on; it has ${table.rows.length} in all.`,
      )
    this.#dropData()
    this.#data = data
    this.#dataRecipe = recipe
    this.#emit({ type: 'data', data: data.details })
    return data
  }

  /** Closes the data and drops all rows measured on it; the model stays. */
  closeData(): void {
    this.#dropData()
    this.#emit({ type: 'data-closed' })
  }

  /** Columns and lengths of the open data. @throws StudioError `file-missing` without data */
  get dataRecipe(): DataRecipe {
    this.#requireData()
    return this.#dataRecipe!
  }

  async measureTeacher(): Promise<KeptModel> {
    const { model } = this.#requireModel()
    this.table.clear()
    return this.#keep({ key: 'teacher', model }, 'teacher', 0)
  }

  /**
   * Runs a stage on the latest model that is not quantized, measures the result and adds its row; the teacher's first where that
   * is missing. A cancelled training is measured with its best weights, unless it `continuesLater` from its checkpoint.
   * @throws as the stage does; StudioError `cancelled`
   */
  async runStage(
    stage: StageRecipe,
    options: { untrained?: boolean; checkpoints?: TrainingCheckpoints; continuesLater?: boolean } = {},
  ): Promise<KeptModel & Pick<StageOutcome, 'cancelled'>> {
    if (this.table.entries.length === 0) await this.measureTeacher()
    const started = performance.now()
    const outcome = await runStage(this.stageContext(stage, options.checkpoints), stage, options)
    if (outcome.cancelled && options.continuesLater) {
      releaseModel(this.gpu, outcome.model)
      throw new StudioError('cancelled', 'Cancelled.')
    }
    if (outcome.cancelled) this.control = new RunControl()
    const seconds = (performance.now() - started) / 1000
    const kept = await this.#keepOrRelease(
      { key: rowKey(stage), stage, model: outcome.model },
      stage.kind,
      seconds,
    )
    return { ...kept, cancelled: outcome.cancelled }
  }

  /** What a stage works on now. */
  stageContext(stage: StageRecipe, checkpoints?: TrainingCheckpoints): StageContext {
    const base = this.table.base().model
    const data = this.#requireData()
    const { seed } = this
    return {
      gpu: this.gpu,
      teacher: this.#requireModel().model,
      base,
      data,
      seed,
      teacherOutputs: this.#outputsOfTeacher(),
      scores: (criterion, score) => this.#scores.scores({ model: base, data, seed, criterion }, score),
      watch: (phase) => this.watch(stage.kind, phase),
      onLoss: (points) => this.#emit({ type: 'loss', points }),
      onImportance: (layers) => this.#emit({ type: 'importance', layers }),
      ...(checkpoints ? { checkpoints } : {}),
    }
  }

  /** Adds a stage's result that was kept on disk. */
  restore(entry: {
    stage?: StageRecipe
    model: Model
    row: ModelRow
    logits: Float32Array<ArrayBuffer>
  }): void {
    const key = entry.stage ? rowKey(entry.stage) : 'teacher'
    this.table.add({ ...entry, key })
  }

  /** What every model in the table says of a text, with the likeliest classes. */
  async classify(text: string): Promise<(Guess & { key: RowKey; top: readonly Guess[] })[]> {
    const { tokenizer, checkpoint, model } = this.#requireModel()
    const ids = [tokenizer.encode(text, tokenizer.longest(128, checkpoint.spec.positions))]
    const { entries } = this.table
    const models = entries.length > 0 ? entries : [{ key: 'teacher' as const, model }]
    const predictions = []
    for (const entry of models) {
      const logits = await predict(this.gpu, entry.model, ids, UNWATCHED)
      const top = topClasses(logits, 0, { labels: checkpoint.spec.labels, count: TOP_CLASSES })
      predictions.push({ key: entry.key, ...top[0]!, top })
    }
    return predictions
  }

  close(): void {
    this.#dropData()
    if (this.#opened) releaseModel(this.gpu, this.#opened.model)
    this.#opened = undefined
  }

  #dropData(): void {
    this.table.clear()
    this.#teacherOutputs?.release()
    this.#teacherOutputs = undefined
    this.#data = undefined
  }

  /** Of the training texts, kept with the data. */
  #outputsOfTeacher(): TeacherOutputs {
    const { model } = this.#requireModel()
    this.#teacherOutputs ??= new TeacherOutputs(this.gpu, model, this.#requireData().train.ids)
    return this.#teacherOutputs
  }

  #replaceModel(opened: OpenedModel): void {
    this.close()
    this.#opened = opened
    this.#emit({ type: 'model', model: opened.summary })
  }

  #requireModel(): OpenedModel {
    if (!this.#opened) throw new StudioError('file-missing', 'No model is open.')
    return this.#opened
  }

  #requireData(): PreparedData {
    if (!this.#data) throw new StudioError('file-missing', 'No data is open.')
    return this.#data
  }

  async #keepOrRelease(
    entry: Pick<KeptModel, 'key' | 'stage' | 'model'>,
    stage: ModelRow['stage'],
    seconds: number,
  ) {
    try {
      return await this.#keep(entry, stage, seconds)
    } catch (error) {
      releaseModel(this.gpu, entry.model)
      throw error
    }
  }

  async #keep(
    entry: Pick<KeptModel, 'key' | 'stage' | 'model'>,
    stage: ModelRow['stage'],
    seconds: number,
  ): Promise<KeptModel> {
    const teacherLogits = this.table.entries[0]?.logits
    const measured = await measure(this.gpu, entry.model, {
      stage,
      data: this.#requireData(),
      ...(teacherLogits ? { teacherLogits } : {}),
      seconds,
      watch: this.watch(stage, 'measure'),
    })
    const kept = { ...entry, ...measured }
    this.table.add(kept)
    return kept
  }
}
