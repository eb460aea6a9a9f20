// Where a session is kept: its files, the room left, and what happens when they cannot be written.
import { type Folder, writeText } from './base/bytes.ts'
import { StudioError } from './base/errors.ts'
import { inputBytes, keepInputs, type OpenInputs } from './kept-inputs.ts'
import { type KeptRow, keyOf, MANIFEST, type Manifest, readManifest } from './kept-manifest.ts'
import { type StageSlot, StageStore } from './stage-store.ts'
import type { StoreFiles } from './training-store.ts'

export interface KeptStorage extends StoreFiles {
  /** Bytes that may still be written. */
  readonly room: () => Promise<number>
  /** False where files are gone with the page anyway, so that copies of what is open are of no use. */
  readonly outlivesPage: boolean
}

/** Of the room left, the most that copies of what is open may take: the rest is for checkpoints. */
const INPUTS_SHARE = 0.5

export class KeptFiles {
  readonly storage: KeptStorage
  /** A write failed; no other is tried before `retry`. */
  #isFull = false

  constructor(storage: KeptStorage) {
    this.storage = storage
  }

  get isFull(): boolean {
    return this.#isFull
  }

  retry(): void {
    this.#isFull = false
  }

  /** @returns whether it worked; what cannot be stored must not end the work itself */
  async attempt(operation: () => Promise<void>): Promise<boolean> {
    if (this.#isFull) return false
    try {
      await operation()
      return true
    } catch (error) {
      if (!isStorageFailure(error)) throw error
      this.#isFull = true
      return false
    }
  }

  async manifest(): Promise<Manifest | undefined> {
    return readManifest(await this.storage.read())
  }

  writeManifest(manifest: Manifest): Promise<void> {
    return writeText(this.storage.output, MANIFEST, JSON.stringify(manifest))
  }

  /** Where a row is kept, or the state of its training; `before` are the rows made before it. */
  slot(
    row: Pick<KeptRow, 'stage' | 'untrained'>,
    { seed, data, inputs }: Manifest,
    { before, resume = false }: { before: readonly KeptRow[]; resume?: boolean },
  ): StageSlot {
    const chain = before.filter(({ stage }) => stage && stage.kind !== 'quantize')
    const stages = [...chain, row].map(({ stage, untrained }) => [stage ?? null, untrained])
    const store = new StageStore({ ...this.storage, resume })
    return store.slot(keyOf(row).replaceAll(':', '-'), JSON.stringify([seed, data, inputs, stages]))
  }

  /** Copies model and tables where there is room for them. @returns whether it did */
  async keepInputs(inputs: OpenInputs): Promise<boolean> {
    const { outlivesPage, room, output } = this.storage
    if (!outlivesPage || this.#isFull || inputBytes(inputs) > INPUTS_SHARE * (await room())) return false
    try {
      await keepInputs(output, inputs)
      return true
    } catch (error) {
      if (!isStorageFailure(error)) throw error
      await this.#remove((name) => name.startsWith('inputs/'))
      return false
    }
  }

  async bytes(): Promise<number> {
    return bytesOf(await this.storage.read())
  }

  removeUnfinished(): Promise<void> {
    return new StageStore({ ...this.storage, resume: true }).removeUnfinished()
  }

  async wipe(): Promise<void> {
    // First of all what says that the others belong together.
    await this.storage.output.remove(MANIFEST)
    await this.#remove(() => true)
  }

  async #remove(isMeant: (name: string) => boolean): Promise<void> {
    const { files } = await this.storage.read()
    for (const name of files.keys()) if (isMeant(name)) await this.storage.output.remove(name)
  }
}

function isStorageFailure(error: unknown): boolean {
  if (error instanceof StudioError) return error.code === 'storage' || error.code === 'file-unreadable'
  return error instanceof DOMException
}

const bytesOf = ({ files }: Folder) => [...files.values()].reduce((sum, { size }) => sum + size, 0)
