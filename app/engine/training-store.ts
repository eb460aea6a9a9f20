// State of a stage in training, on disk. Two generations take turns, so that one that is torn never takes the other with it.
//   training-0.safetensors  training-0.json      the manifest is written last and holds the length and digest of the state
//   training-1.safetensors  training-1.json

import type { Gpu } from '../../kernels/runtime/gpu.ts'
import { elementCount, read, type Tensor, write } from '../../kernels/runtime/tensor.ts'
import { type Folder, type OutputFolder, readText, writeText } from './base/bytes.ts'
import { digesting, type FileDigest, isIntact } from './base/digest.ts'
import { parseJsonObject } from './formats/json.ts'
import { readSafetensorsHeader } from './formats/safetensors.ts'
import { readTensorSlices, writeSafetensors } from './formats/tensor-data.ts'
import type { TrainingCheckpoints, TrainingState } from './stages/checkpoints.ts'

/** A folder to write in, and how to list what it holds. */
export interface StoreFiles {
  readonly read: () => Promise<Folder>
  readonly output: OutputFolder
}

interface Generation extends FileDigest {
  readonly fingerprint: string
  readonly step: number
  /** As text, the score keeps all its digits and may be infinite: an equal score after resuming counts as equal. */
  readonly best: string
}

interface NumberedGeneration extends Generation {
  readonly generation: number
}

const GENERATIONS = [0, 1] as const

/** The state that one stage's training was last saved in. */
export class TrainingStore {
  readonly #files: StoreFiles
  readonly #path: string
  readonly #fingerprint: string
  #next: number | undefined

  /** @param path folder of the stage; @param fingerprint what its result depends on: a state of another one is not used */
  constructor(files: StoreFiles, path: string, fingerprint: string) {
    this.#files = files
    this.#path = path
    this.#fingerprint = fingerprint
  }

  checkpoints(gpu: Gpu, { isResumed }: { isResumed: boolean }): TrainingCheckpoints {
    return {
      restore: async (tensors) => {
        const restored = isResumed ? await this.#restore(gpu, tensors) : undefined
        // What an earlier run left must not pass for newer than what this one saves.
        if (!restored) await this.remove()
        return restored
      },
      save: (state) => this.#save(gpu, state),
    }
  }

  /** Step of the newest state, by its manifest alone: whether it is whole shows when it is restored. */
  async savedStep(): Promise<number | undefined> {
    return (await this.#manifests(await this.#files.read()))[0]?.step
  }

  async remove(): Promise<void> {
    const { output } = this.#files
    for (const generation of GENERATIONS) {
      await output.remove(this.#name(generation, 'json'))
      await output.remove(this.#name(generation, 'safetensors'))
    }
  }

  async #restore(
    gpu: Gpu,
    tensors: ReadonlyMap<string, Tensor<'f32'>>,
  ): Promise<{ step: number; best: number } | undefined> {
    const folder = await this.#files.read()
    const newest = await this.#newest(folder)
    if (!newest) return undefined
    this.#next = 1 - newest.generation
    const table = await readSafetensorsHeader(folder.files.get(this.#name(newest.generation, 'safetensors'))!)
    for (const [role, tensor] of tensors)
      for await (const { offset, values } of readTensorSlices(table, role)) write(gpu, tensor, values, offset)
    return { step: newest.step, best: Number(newest.best) }
  }

  async #newest(folder: Folder): Promise<NumberedGeneration | undefined> {
    for (const manifest of await this.#manifests(folder))
      if (await isIntact(folder.files.get(this.#name(manifest.generation, 'safetensors')), manifest))
        return manifest
    return undefined
  }

  /** Those of this fingerprint, newest first. */
  async #manifests(folder: Folder): Promise<NumberedGeneration[]> {
    const found: NumberedGeneration[] = []
    for (const generation of GENERATIONS) {
      const manifest = await this.#manifest(folder, generation)
      if (manifest?.fingerprint === this.#fingerprint) found.push({ ...manifest, generation })
    }
    return found.sort((a, b) => b.step - a.step)
  }

  /** A manifest that cannot be read counts as none: the other generation may be whole. */
  async #manifest(folder: Folder, generation: number): Promise<Generation | undefined> {
    const source = folder.files.get(this.#name(generation, 'json'))
    if (!source) return undefined
    try {
      return parseJsonObject(await readText(source), source.name) as unknown as Generation
    } catch {
      return undefined
    }
  }

  async #save(gpu: Gpu, { step, best, tensors }: TrainingState): Promise<void> {
    const generation = this.#next ?? 0
    const { output } = this.#files
    await output.remove(this.#name(generation, 'json'))
    const sink = digesting(await output.create(this.#name(generation, 'safetensors')))
    await writeSafetensors(
      sink,
      [...tensors].map(([name, tensor]) => ({
        name,
        shape: tensor.shape,
        read: () => readValues(gpu, tensor),
      })),
      {},
    )
    const manifest: Generation = {
      ...(await sink.digest()),
      fingerprint: this.#fingerprint,
      step,
      best: String(best),
    }
    await writeText(output, this.#name(generation, 'json'), JSON.stringify(manifest))
    this.#next = 1 - generation
  }

  #name(generation: number, ending: string): string {
    return `${this.#path}/training-${generation}.${ending}`
  }
}

async function readValues(gpu: Gpu, tensor: Tensor<'f32'>): Promise<Float32Array<ArrayBuffer>> {
  return elementCount(tensor.shape) === 0 ? new Float32Array() : read(gpu, tensor)
}
