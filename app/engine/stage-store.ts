// Finished stages on disk: weights, row and logits of each, so that a killed run goes on where it stopped.
//   stages/<index>-<kind>/  weights.safetensors (models not quantized), logits.safetensors, stage.json (written last)
//                           training.safetensors while the stage trains

import type { Gpu } from '../../kernels/runtime/gpu.ts'
import { elementCount, read, type Tensor, write } from '../../kernels/runtime/tensor.ts'
import {
  type ByteSource,
  type Folder,
  type OutputFolder,
  readText,
  UNFINISHED,
  writeAll,
} from './base/bytes.ts'
import { parseJsonObject } from './formats/json.ts'
import { readSafetensorsHeader } from './formats/safetensors.ts'
import { readTensorSlices, readTensorWhole, writeSafetensors } from './formats/tensor-data.ts'
import { loadModel } from './model/load.ts'
import type { Model } from './model/model.ts'
import { portableModel } from './model/portable.ts'
import { type ModelSpec, roleShapes } from './model/spec.ts'
import type { KeptModel } from './model-table.ts'
import type { RecipeFiles } from './pipeline.ts'
import type { ModelRow, Recipe, StageRecipe } from './protocol.ts'
import { runStage } from './run-stage.ts'
import type { Session } from './session.ts'
import type { TrainingCheckpoints } from './stages/training.ts'

interface StoredStage {
  readonly fingerprint: string
  readonly row: ModelRow
  readonly spec: ModelSpec
}

/** What a stage's result depends on, as text: the recipe up to it and the digest of the files that went in. */
export function stageFingerprint(recipe: Recipe, index: number, inputs: string): string {
  const quantized = (stage: StageRecipe, i: number) => i < index - 1 && stage.kind === 'quantize'
  const stages = recipe.stages.slice(0, index).filter((stage, i) => !quantized(stage, i))
  return JSON.stringify([recipe.seed, recipe.data, stages, inputs])
}

/** Files of a model folder that a run reads; a log or a report beside them may change. */
const MODEL_INPUTS =
  /^(config|tokenizer|tokenizer_config|special_tokens_map|added_tokens)\.json$|^vocab\.txt$|^[^/]+\.safetensors(\.index\.json)?$/
const SAMPLE_BYTES = 1_000_000
const MOST_SAMPLES = 32

/**
 * SHA-256 over names, sizes and contents of a run's input files. Of files above 32 MB, 32 samples of 1 MB spread evenly are read:
 * training again changes every weight, so that no sample stays as it was.
 */
export async function inputDigest(files: RecipeFiles): Promise<string> {
  const model = [...files.model.files.values()].filter(({ name }) => MODEL_INPUTS.test(name))
  const sources = [...model, files.train, files.test]
  const parts: string[] = []
  for (const source of sources) parts.push(source ? await sourceDigest(source) : '-')
  return hexDigest(new TextEncoder().encode(parts.join('\n')))
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

async function hexDigest(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))
  return [...digest].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}

export class StageStore {
  readonly #read: () => Promise<Folder>
  readonly #output: OutputFolder
  readonly #resume: boolean

  /** With `resume` false nothing kept is used, and it is overwritten as stages finish. */
  constructor(options: { read: () => Promise<Folder>; output: OutputFolder; resume: boolean }) {
    this.#read = options.read
    this.#output = options.output
    this.#resume = options.resume
  }

  /** Removes what a killed run left half written. */
  async removeUnfinished(): Promise<void> {
    const { files } = await this.#read()
    const unfinished = [...files.keys()].filter((name) => name.endsWith(UNFINISHED))
    await Promise.all(unfinished.map((name) => this.#output.remove(name)))
  }

  slot(index: number, kind: string, fingerprint: string): StageSlot {
    const options = { read: this.#read, output: this.#output, resume: this.#resume }
    return new StageSlot(`stages/${index}-${kind}`, fingerprint, options)
  }
}

export class StageSlot {
  readonly #path: string
  readonly #fingerprint: string
  readonly #files: { read: () => Promise<Folder>; output: OutputFolder; resume: boolean }

  constructor(
    path: string,
    fingerprint: string,
    files: { read: () => Promise<Folder>; output: OutputFolder; resume: boolean },
  ) {
    this.#path = path
    this.#fingerprint = fingerprint
    this.#files = files
  }

  /** Adds the kept result to the session. @returns false when there is none that fits */
  async restore(session: Session, stage: StageRecipe | undefined): Promise<boolean> {
    if (!this.#files.resume) return false
    const folder = await this.#files.read()
    const stored = await this.#stored(folder)
    if (!stored) return false
    const model = await this.#restoreModel(session, stage, { folder, spec: stored.spec })
    const table = await readSafetensorsHeader(folder.files.get(`${this.#path}/logits.safetensors`)!)
    const logits = await readTensorWhole(table, 'logits')
    session.restore({ ...(stage ? { stage } : {}), model, row: stored.row, logits })
    return true
  }

  async keep(gpu: Gpu, kept: KeptModel): Promise<void> {
    const { model, row, logits } = kept
    if (row.stage === 'distill' || row.stage === 'prune') await this.#writeModel(gpu, model)
    const sink = await this.#files.output.create(`${this.#path}/logits.safetensors`)
    await writeSafetensors(sink, [{ name: 'logits', shape: [logits.length], read: async () => logits }], {})
    const stored: StoredStage = { fingerprint: this.#fingerprint, row, spec: model.spec }
    await writeAll(
      this.#files.output,
      `${this.#path}/stage.json`,
      new TextEncoder().encode(JSON.stringify(stored)),
    )
    await this.#files.output.remove(this.#training)
  }

  /** State of a stage in training, kept at every epoch's end. */
  checkpoints(gpu: Gpu): TrainingCheckpoints {
    const name = this.#training
    return {
      restore: async (tensors) => {
        const source = this.#files.resume ? (await this.#files.read()).files.get(name) : undefined
        if (!source) return undefined
        const table = await readSafetensorsHeader(source)
        const { fingerprint, step, best } = table.metadata
        if (fingerprint !== this.#fingerprint) return undefined
        for (const [role, tensor] of tensors)
          for await (const { offset, values } of readTensorSlices(table, role))
            write(gpu, tensor, values, offset)
        return { step: Number(step), best: Number(best) }
      },
      save: async ({ step, best, tensors }) => {
        const sink = await this.#files.output.create(name)
        await writeSafetensors(
          sink,
          [...tensors].map(([role, tensor]) => ({
            name: role,
            shape: tensor.shape,
            read: () => readValues(gpu, tensor),
          })),
          // As text, the score keeps all its digits: an equal score after resuming counts as equal.
          { fingerprint: this.#fingerprint, step: String(step), best: String(best) },
        )
      },
    }
  }

  get #training(): string {
    return `${this.#path}/training.safetensors`
  }

  async #stored(folder: Folder): Promise<StoredStage | undefined> {
    const source = folder.files.get(`${this.#path}/stage.json`)
    if (!source) return undefined
    const stored = parseJsonObject(await readText(source), source.name) as unknown as StoredStage
    return stored.fingerprint === this.#fingerprint ? stored : undefined
  }

  /** Quantized models are made again: that takes less time than reading them. */
  async #restoreModel(
    session: Session,
    stage: StageRecipe | undefined,
    { folder, spec }: { folder: Folder; spec: ModelSpec },
  ): Promise<Model> {
    if (!stage) return session.opened!.model
    if (stage.kind === 'quantize') return (await runStage(session.stageContext(stage), stage)).model
    const table = await readSafetensorsHeader(folder.files.get(`${this.#path}/weights.safetensors`)!)
    const plan = new Map([...roleShapes(spec)].map(([role, shape]) => [role, { names: [role], shape }]))
    return loadModel(session.gpu, { spec, table, plan }, session.watch(stage.kind, 'load'))
  }

  async #writeModel(gpu: Gpu, model: Model): Promise<void> {
    const portable = portableModel(gpu, model)
    const sink = await this.#files.output.create(`${this.#path}/weights.safetensors`)
    const tensors = [...roleShapes(model.spec)].map(([role, shape]) => ({
      name: role,
      shape,
      read: () => portable.read(role),
    }))
    await writeSafetensors(sink, tensors, {})
  }
}

async function readValues(gpu: Gpu, tensor: Tensor<'f32'>): Promise<Float32Array<ArrayBuffer>> {
  return elementCount(tensor.shape) === 0 ? new Float32Array() : read(gpu, tensor)
}
