// A session that outlives its page and its GPU: what is open, the finished rows, and the stage that is under way.
//   session.json   what is kept, written last
//   inputs/        model and tables (kept-inputs.ts)      stages/   finished and running stages (stage-store.ts)

import { StudioError } from './base/errors.ts'
import { KeptFiles, type KeptStorage } from './kept-files.ts'
import { type OpenInputs, openInputsDigest, readInputs } from './kept-inputs.ts'
import {
  isWorthKeeping,
  type KeptRow,
  keyOf,
  type Manifest,
  manifestOf,
  type Running,
  recipeOf,
} from './kept-manifest.ts'
import type { Event, KeptSummary, RestoreReason, StageKind, StageRecipe } from './protocol.ts'
import type { Session } from './session.ts'
import type { TrainingCheckpoints } from './stages/checkpoints.ts'

export interface Restored {
  readonly inputs: OpenInputs
  /** The stages to go on with. */
  readonly running?: Running
}

interface KeptSessionOptions {
  readonly storage: KeptStorage
  readonly emit: (event: Event) => void
  /** Milliseconds between checkpoints of a training. */
  readonly everyMs?: number
}

export class KeptSession {
  #files: KeptFiles
  readonly #emit: (event: Event) => void
  readonly #everyMs: number | undefined
  #rows: readonly KeptRow[] = []
  #manifest: Manifest | undefined
  /** The storage holds what the manifest says. */
  #isBegun = false

  constructor({ storage, emit, everyMs }: KeptSessionOptions) {
    this.#files = new KeptFiles(storage)
    this.#emit = emit
    this.#everyMs = everyMs
  }

  /** What another page left here, if it is worth going on with: something was trained. */
  async summary(): Promise<KeptSummary | undefined> {
    const manifest = await this.#files.manifest()
    if (!manifest || !isWorthKeeping(manifest)) return undefined
    const { rows, running, savedAt, model, hasInputs, fileNames } = manifest
    const stage = running?.stages[0]
    const slot =
      stage && this.#files.slot({ stage, untrained: running.untrained }, manifest, { before: rows })
    const step = await slot?.training.savedStep()
    return {
      model,
      rows: rows.map(keyOf),
      savedAt,
      bytes: await this.#files.bytes(),
      missingFiles: hasInputs ? [] : fileNames,
      ...(stage ? { running: { stage: stage.kind, ...(step === undefined ? {} : { step }) } } : {}),
    }
  }

  async discard(): Promise<void> {
    this.#isBegun = false
    this.#files.retry()
    await this.#files.attempt(() => this.#files.wipe())
  }

  /** From now on everything is kept there; what was kept so far follows with the next stage. */
  moveTo(storage: KeptStorage): void {
    this.#files = new KeptFiles(storage)
    this.#isBegun = false
  }

  /**
   * Runs stages one after the other and keeps their rows. A training is saved every few seconds.
   * @param options.isContinued the first stage goes on from its checkpoint
   * @param options.isLost asked when a stage fails: what a lost GPU ends is not over
   * @throws as the stages do; StudioError `cancelled`
   */
  async run(
    session: Session,
    inputs: OpenInputs,
    { stages, untrained }: Running,
    { isContinued = false, isLost }: { isContinued?: boolean; isLost: () => Promise<boolean> },
  ): Promise<void> {
    this.#files.retry()
    await this.#begin(session, inputs)
    try {
      for (const [index, stage] of stages.entries()) {
        this.#emit({ type: 'state', state: 'running', stage: stage.kind })
        session.table.dropBefore(stage)
        this.#forgetDropped(session)
        await this.#note(session, inputs, { stages: stages.slice(index), untrained })
        await this.#runStage(session, { stage, untrained }, isContinued && index === 0)
      }
    } catch (error) {
      if (await isLost()) throw error
      await this.#note(session, inputs)
      throw error
    }
    await this.#note(session, inputs)
  }

  /** Forgets rows that the user dropped. */
  async noteDropped(session: Session, inputs: OpenInputs | undefined): Promise<void> {
    // What is kept may be of a model or data that were open before.
    if (!inputs || !session.data || !this.#manifest) return
    if (!isOf(this.#manifest, session, await openInputsDigest(inputs))) return
    this.#forgetDropped(session)
    await this.#note(session, inputs)
  }

  #forgetDropped({ table }: Session): void {
    this.#rows = this.#rows.filter((row) => table.entries.some(({ key }) => key === keyOf(row)))
  }

  /**
   * Opens what was kept, with its rows.
   * @param opened the model and tables open now, which may be those that were not copied
   * @returns what is open, and the stages to go on with
   * @throws StudioError `storage` when the kept files are damaged, `file-missing` when they have to be opened again first
   */
  async restore(session: Session, opened?: OpenInputs): Promise<Restored> {
    await this.#files.removeUnfinished()
    const manifest = await this.#files.manifest()
    if (!manifest) throw new StudioError('storage', 'No session is kept.')
    const inputs = await this.#inputs(manifest, opened)
    session.seed = manifest.seed
    this.#emit({ type: 'recipe', recipe: recipeOf(manifest) })
    await session.openModel(inputs.model)
    session.openData(inputs.tables, manifest.data)
    return this.#restoreRows(session, inputs, { manifest, reason: 'asked' })
  }

  /** After a lost GPU: opens the same once more on the session's new one, with the rows that belong to it. */
  async reopen(session: Session, opened: OpenInputs): Promise<Restored> {
    session.seed = opened.seed
    await session.openModel(opened.model)
    if (!opened.tables.train && !opened.tables.test) return { inputs: opened }
    session.openData(opened.tables, opened.data)
    const manifest = await this.#files.manifest()
    const digest = await openInputsDigest(opened)
    if (manifest && isOf(manifest, session, digest))
      return this.#restoreRows(session, opened, { manifest, reason: 'device-lost' })
    await session.measureTeacher()
    this.#rows = []
    return { inputs: opened }
  }

  async #restoreRows(
    session: Session,
    inputs: OpenInputs,
    { manifest, reason }: { manifest: Manifest; reason: RestoreReason },
  ): Promise<Restored> {
    this.#rows = []
    for (const row of manifest.rows) {
      const slot = this.#files.slot(row, manifest, { before: this.#rows, resume: true })
      if (!(await slot.restore(session, row.stage))) break
      this.#rows = [...this.#rows, row]
    }
    if (this.#rows.length === 0) await session.measureTeacher()
    this.#manifest = manifest
    this.#isBegun = this.#rows.length > 0
    this.#emitRestored(session, manifest, reason)
    const { running } = manifest
    // A row that is missing is what the running stage builds on.
    return running && this.#rows.length === manifest.rows.length ? { inputs, running } : { inputs }
  }

  async #inputs(manifest: Manifest, opened?: OpenInputs): Promise<OpenInputs> {
    const { model: name, inputs: digest, data, seed, isSample, hasInputs, fileNames } = manifest
    if (hasInputs) return readInputs(await this.#files.storage.read(), { name, digest, data, seed, isSample })
    if (opened && (await openInputsDigest(opened)) === digest) return opened
    throw new StudioError(
      'file-missing',
      `The kept session was made with ${fileNames.join(', ')}, too large to be copied; what is open now is not the same.`,
    )
  }

  #emitRestored(session: Session, manifest: Manifest, reason: RestoreReason): void {
    const { running, seed } = manifest
    const made = this.#rows.flatMap(({ stage, untrained }) => (stage ? [{ stage, untrained, seed }] : []))
    const next = running?.stages.map((stage) => ({ stage, untrained: running.untrained, seed })) ?? []
    this.#emit({
      type: 'restored',
      reason,
      launches: [...made, ...next],
      cancelled: this.#rows.filter(({ cancelled }) => cancelled).map(keyOf),
      isOtherAdapter: JSON.stringify(manifest.adapter) !== JSON.stringify(session.gpu.adapter),
    })
  }

  /** Makes the storage hold this session and no other. */
  async #begin(session: Session, inputs: OpenInputs): Promise<void> {
    const digest = await openInputsDigest(inputs)
    if (this.#isBegun && this.#manifest && isOf(this.#manifest, session, digest)) return
    if (session.table.entries.length === 0) await session.measureTeacher()
    const known = new Map(this.#rows.map((row) => [keyOf(row), row]))
    const manifest = manifestOf(session, inputs, { digest, rows: [] })
    this.#manifest = manifest
    this.#rows = []
    this.#isBegun = await this.#files.attempt(async () => {
      await this.#files.wipe()
      for (const entry of session.table.entries) {
        const row = known.get(entry.key) ?? { untrained: false, cancelled: false }
        const kept = { ...row, ...(entry.stage ? { stage: entry.stage } : {}) }
        await this.#files.slot(kept, manifest, { before: this.#rows }).keep(session.gpu, entry, kept)
        this.#rows = [...this.#rows, kept]
      }
    })
  }

  async #runStage(
    session: Session,
    { stage, untrained }: Pick<KeptRow, 'untrained'> & { stage: StageRecipe },
    isContinued: boolean,
  ): Promise<void> {
    const slot = this.#files.slot({ stage, untrained }, this.#manifest!, {
      before: this.#rows,
      resume: isContinued,
    })
    const checkpoints = this.#checkpoints(slot.checkpoints(session.gpu), stage.kind)
    const { cancelled, ...kept } = await session.runStage(stage, { untrained, checkpoints })
    await this.#files.attempt(() => slot.keep(session.gpu, kept, { untrained }))
    this.#rows = [...this.#rows, { stage, untrained, cancelled }]
    if (cancelled)
      throw new StudioError('cancelled', 'Cancelled; the best weights so far are kept and measured.')
  }

  /** A full disk ends the keeping, not the training. */
  #checkpoints(inner: TrainingCheckpoints, stage: StageKind): TrainingCheckpoints {
    return {
      ...inner,
      save: async (state) => {
        await this.#files.attempt(() => inner.save(state))
        await this.#tell(state.step)
      },
      ...(this.#everyMs === undefined ? {} : { everyMs: this.#everyMs }),
      onResume: (step, steps) => this.#emit({ type: 'resumed', stage, step, steps }),
    }
  }

  /** Writes what is kept. Before anything was trained, copies of model and tables are not worth their bytes. */
  async #note(session: Session, inputs: OpenInputs, running?: Running): Promise<void> {
    const before = this.#manifest
    if (!before || !this.#isBegun) return
    const isWorthIt = isWorthKeeping({ rows: this.#rows, ...(running ? { running } : {}) })
    const hasInputs = before.hasInputs || (isWorthIt && (await this.#files.keepInputs(inputs)))
    await this.#files.attempt(async () => {
      const { inputs: digest } = before
      const manifest = manifestOf(session, inputs, { digest, rows: this.#rows, hasInputs, running })
      this.#manifest = manifest
      await this.#files.writeManifest(manifest)
    })
    if (isWorthIt) await this.#tell()
  }

  async #tell(step?: number): Promise<void> {
    const { outlivesPage } = this.#files.storage
    if (!outlivesPage) return
    const [bytes, room] = await Promise.all([this.#files.bytes(), this.#files.storage.room()])
    const isWhole = this.#manifest?.hasInputs ?? false
    const keeping = this.#files.isFull ? 'full' : isWhole ? 'kept' : 'without-files'
    this.#emit({ type: 'keeping', keeping, bytes, room, ...(step === undefined ? {} : { step }) })
  }
}

/** Whether a manifest is that of what is open. */
function isOf({ inputs, data, seed }: Manifest, session: Session, digest: string): boolean {
  const isSameData = JSON.stringify(data) === JSON.stringify(session.dataRecipe)
  return inputs === digest && isSameData && seed === session.seed
}
