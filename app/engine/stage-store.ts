// Finished stages on disk: weights, row and logits of each, so that a killed run goes on where it stopped.
//   stages/<name>/  weights.safetensors (of trained models), logits.safetensors, stage.json (written last, with their digests)
//                   training-0.*, training-1.* while the stage trains

import type { Gpu } from '../../kernels/runtime/gpu.ts'
import { type ByteSource, type Folder, named, readText, UNFINISHED, writeText } from './base/bytes.ts'
import { digesting, type FileDigest, hexDigest, isIntact } from './base/digest.ts'
import { parseJsonObject } from './formats/json.ts'
import { SMALL_FILES } from './formats/model-files.ts'
import { readSafetensorsHeader } from './formats/safetensors.ts'
import { readTensorWhole, type TensorToWrite, writeSafetensors } from './formats/tensor-data.ts'
import { loadModel } from './model/load.ts'
import type { Model } from './model/model.ts'
import { portableModel } from './model/portable.ts'
import { type ModelSpec, roleShapes } from './model/spec.ts'
import type { KeptModel } from './model-table.ts'
import type { RecipeFiles } from './pipeline.ts'
import type { ModelRow, Recipe, StageRecipe } from './protocol.ts'
import { runStage } from './run-stage.ts'
import type { Session } from './session.ts'
import type { TrainingCheckpoints } from './stages/checkpoints.ts'
import { type StoreFiles, TrainingStore } from './training-store.ts'

interface StoredStage {
  readonly fingerprint: string
  readonly row: ModelRow
  readonly spec: ModelSpec
  /** Neither trained nor quantized: made again from the model before it. */
  readonly untrained?: boolean
  /** What the files beside must be; a stage with another one is run again. */
  readonly files: Readonly<Record<string, FileDigest>>
}

/** What a stage's result depends on, as text: the recipe up to it and the digest of the files that went in. */
export function stageFingerprint(recipe: Recipe, index: number, inputs: string): string {
  const quantized = (stage: StageRecipe, i: number) => i < index - 1 && stage.kind === 'quantize'
  const stages = recipe.stages.slice(0, index).filter((stage, i) => !quantized(stage, i))
  return JSON.stringify([recipe.seed, recipe.data, stages, inputs])
}

/** Files of a model folder that a run reads; a log or a report beside them may change. */
const isModelInput = (name: string) =>
  SMALL_FILES.includes(name) || /^[^/]+\.safetensors(\.index\.json)?$/.test(name)
const SAMPLE_BYTES = 1_000_000
const MOST_SAMPLES = 32

/**
 * SHA-256 over names, sizes and contents of a run's input files. Of files above 32 MB, 32 samples of 1 MB spread evenly are read:
 * training again changes every weight, so that no sample stays as it was.
 */
export async function inputDigest(files: Pick<RecipeFiles, 'model' | 'train' | 'test'>): Promise<string> {
  const sources = [...modelInputs(files.model), files.train, files.test]
  const parts: string[] = []
  for (const source of sources) parts.push(source ? await sourceDigest(source) : '-')
  return hexDigest(new TextEncoder().encode(parts.join('\n')))
}

/** Files that a model is read from, named and ordered by their path in its folder. */
export function modelInputs(model: Folder): readonly ByteSource[] {
  const inputs = [...model.files].filter(([name]) => isModelInput(name))
  return inputs.map(([name, source]) => named(name, source)).sort((a, b) => (a.name < b.name ? -1 : 1))
}

async function sourceDigest(source: ByteSource): Promise<string> {
  const { name, size } = source
  const samples = Math.min(MOST_SAMPLES, Math.ceil(size / SAMPLE_BYTES))
  const parts = [name, String(size)]
  for (let sample = 0; sample < samples; sample++) {
    const start = Math.floor((sample * size) / samples)
    const bytes = await source.read(start, Math.min(size, start + SAMPLE_BYTES))
    parts.push(await hexDigest(bytes))
  }
  return parts.join(' ')
}

export class StageStore {
  readonly #files: StoreFiles
  readonly #resume: boolean

  /** With `resume` false nothing kept is used, and it is overwritten as stages finish. */
  constructor({ resume, ...files }: StoreFiles & { resume: boolean }) {
    this.#files = files
    this.#resume = resume
  }

  /** Removes what a killed run left half written. */
  async removeUnfinished(): Promise<void> {
    const { files } = await this.#files.read()
    const unfinished = [...files.keys()].filter((name) => name.endsWith(UNFINISHED))
    await Promise.all(unfinished.map((name) => this.#files.output.remove(name)))
  }

  /** @param name folder of the stage; @param fingerprint what its result depends on */
  slot(name: string, fingerprint: string): StageSlot {
    return new StageSlot(`stages/${name}`, fingerprint, { ...this.#files, resume: this.#resume })
  }
}

export class StageSlot {
  readonly #path: string
  readonly #fingerprint: string
  readonly #files: StoreFiles & { resume: boolean }
  readonly training: TrainingStore

  constructor(path: string, fingerprint: string, files: StoreFiles & { resume: boolean }) {
    this.#path = path
    this.#fingerprint = fingerprint
    this.#files = files
    this.training = new TrainingStore(files, path, fingerprint)
  }

  /** Adds the kept result to the session. @returns false when there is none that fits and is whole */
  async restore(session: Session, stage: StageRecipe | undefined): Promise<boolean> {
    if (!this.#files.resume) return false
    const folder = await this.#files.read()
    const stored = await this.#stored(folder)
    if (!stored) return false
    const model = await this.#restoreModel(session, stage, { folder, stored })
    const table = await readSafetensorsHeader(folder.files.get(`${this.#path}/logits.safetensors`)!)
    const logits = await readTensorWhole(table, 'logits')
    session.restore({ ...(stage ? { stage } : {}), model, row: stored.row, logits })
    return true
  }

  /** @param untrained the model was neither trained nor quantized; its weights are not written, it is made again */
  async keep(gpu: Gpu, kept: KeptModel, { untrained = false } = {}): Promise<void> {
    const { model, row, logits } = kept
    // Until the new files are whole there is no finished stage here.
    await this.#files.output.remove(`${this.#path}/stage.json`)
    const files = {
      ...((row.stage === 'distill' || row.stage === 'prune') && !untrained
        ? { 'weights.safetensors': await this.#write('weights.safetensors', weightsOf(gpu, model)) }
        : {}),
      'logits.safetensors': await this.#write('logits.safetensors', [
        { name: 'logits', shape: [logits.length], read: async () => logits },
      ]),
    }
    const stored: StoredStage = { fingerprint: this.#fingerprint, row, spec: model.spec, untrained, files }
    await writeText(this.#files.output, `${this.#path}/stage.json`, JSON.stringify(stored))
    await this.training.remove()
  }

  /** State of a stage in training, saved every few seconds and at every epoch's end. */
  checkpoints(gpu: Gpu): TrainingCheckpoints {
    return this.training.checkpoints(gpu, { isResumed: this.#files.resume })
  }

  async #stored(folder: Folder): Promise<StoredStage | undefined> {
    const source = folder.files.get(`${this.#path}/stage.json`)
    if (!source) return undefined
    const stored = parseJsonObject(await readText(source), source.name) as unknown as StoredStage
    if (stored.fingerprint !== this.#fingerprint) return undefined
    for (const [name, digest] of Object.entries(stored.files))
      if (!(await isIntact(folder.files.get(`${this.#path}/${name}`), digest))) return undefined
    return stored
  }

  /** Models that were not trained are made again: that takes less time than reading them. */
  async #restoreModel(
    session: Session,
    stage: StageRecipe | undefined,
    { folder, stored }: { folder: Folder; stored: StoredStage },
  ): Promise<Model> {
    if (!stage) return session.opened!.model
    const { spec, untrained = false } = stored
    if (stage.kind === 'quantize' || untrained)
      return (await runStage(session.stageContext(stage), stage, { untrained })).model
    const table = await readSafetensorsHeader(folder.files.get(`${this.#path}/weights.safetensors`)!)
    const plan = new Map([...roleShapes(spec)].map(([role, shape]) => [role, { names: [role], shape }]))
    return loadModel(session.gpu, { spec, table, plan }, session.watch(stage.kind, 'load'))
  }

  async #write(name: string, tensors: readonly TensorToWrite[]): Promise<FileDigest> {
    const sink = digesting(await this.#files.output.create(`${this.#path}/${name}`))
    await writeSafetensors(sink, tensors, {})
    return sink.digest()
  }
}

function weightsOf(gpu: Gpu, model: Model): TensorToWrite[] {
  const portable = portableModel(gpu, model)
  return [...roleShapes(model.spec)].map(([role, shape]) => ({
    name: role,
    shape,
    read: () => portable.read(role),
  }))
}
