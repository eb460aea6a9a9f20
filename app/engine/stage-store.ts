// Finished stages on disk: weights, row and logits of each, so that a killed run goes on where it stopped.
//   stages/<index>-<kind>/  weights.safetensors (models not quantized), logits.safetensors, stage.json (written last)
//                           training.safetensors while the stage trains

import type { Gpu } from '../../kernels/runtime/gpu.ts'
import { createTensor, elementCount, read, type Tensor, write } from '../../kernels/runtime/tensor.ts'
import { type Folder, type OutputFolder, readText, writeAll } from './base/bytes.ts'
import { parseJsonObject } from './formats/json.ts'
import { readSafetensorsHeader } from './formats/safetensors.ts'
import { readTensorSlices, readTensorWhole, writeSafetensors } from './formats/tensor-data.ts'
import { FLOAT_FORMAT, holdModel, type Model, type Weight } from './model/model.ts'
import { portableModel } from './model/portable.ts'
import { type ModelSpec, type Role, roleShapes } from './model/spec.ts'
import type { RecipeFiles } from './pipeline.ts'
import type { ModelRow, Recipe, StageRecipe } from './protocol.ts'
import { runStage } from './run-stage.ts'
import type { KeptModel, Session } from './session.ts'
import type { TrainingCheckpoints } from './stages/training.ts'

interface StoredStage {
  readonly fingerprint: string
  readonly row: ModelRow
  readonly spec: ModelSpec
}

/** What a stage's result depends on, as text: the recipe up to it and the files that went in. */
export function stageFingerprint(recipe: Recipe, index: number, files: RecipeFiles): string {
  const inputs = [
    files.model.files.get('config.json'),
    ...files.model.files.values(),
    files.train,
    files.test,
  ]
  const sizes = inputs.map((source) => (source ? `${source.name}:${source.size}` : '-'))
  const quantized = (stage: StageRecipe, i: number) => i < index - 1 && stage.kind === 'quantize'
  const stages = recipe.stages.slice(0, index).filter((stage, i) => !quantized(stage, i))
  return JSON.stringify([recipe.seed, recipe.data, stages, sizes])
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
  }

  /** State of a stage in training, kept at every epoch's end. */
  checkpoints(gpu: Gpu): TrainingCheckpoints {
    const name = `${this.#path}/training.safetensors`
    return {
      restore: async (tensors) => {
        const source = this.#files.resume ? (await this.#files.read()).files.get(name) : undefined
        if (!source) return undefined
        const table = await readSafetensorsHeader(source)
        const progress = table.tensors.get('progress') && (await readTensorWhole(table, 'progress'))
        if (!progress || table.metadata.fingerprint !== this.#fingerprint) return undefined
        for (const [role, tensor] of tensors)
          for await (const { offset, values } of readTensorSlices(table, role))
            write(gpu, tensor, values, offset)
        return { step: progress[0]!, best: progress[1]! }
      },
      save: async ({ step, best, tensors }) => {
        const sink = await this.#files.output.create(name)
        const progress = Float32Array.of(step, Number.isFinite(best) ? best : -1)
        await writeSafetensors(
          sink,
          [
            { name: 'progress', shape: [2], read: async () => progress },
            ...[...tensors].map(([role, tensor]) => ({
              name: role,
              shape: tensor.shape,
              read: () => readValues(gpu, tensor),
            })),
          ],
          { fingerprint: this.#fingerprint },
        )
      },
    }
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
    const weights = new Map<Role, Weight>()
    for (const [role, shape] of roleShapes(spec)) {
      const tensor = createTensor(session.gpu, 'f32', shape, 'weights')
      weights.set(role, { kind: 'dense', tensor })
      for await (const { offset, values } of readTensorSlices(table, role))
        write(session.gpu, tensor, values, offset)
    }
    return holdModel({ spec, format: FLOAT_FORMAT, weights })
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
