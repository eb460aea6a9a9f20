// The models of the comparison table, in the order in which they build on each other.
import type { Gpu } from '../../kernels/runtime/gpu.ts'
import { assert } from './base/errors.ts'
import type { MeasuredModel } from './measure.ts'
import { memoryEvent } from './memory-event.ts'
import { type Model, releaseModel } from './model/model.ts'
import type { Event, ModelRow, RowKey, StageRecipe } from './protocol.ts'

/** A model in the table. */
export interface KeptModel extends MeasuredModel {
  readonly key: RowKey
  /** Absent for the teacher. */
  readonly stage?: StageRecipe
  readonly model: Model
}

const STAGE_ORDER: readonly ModelRow['stage'][] = ['teacher', 'distill', 'prune', 'quantize']

/** Owns every model but the teacher, and tells of rows that come and go. */
export class ModelTable {
  readonly #gpu: Gpu
  readonly #emit: (event: Event) => void
  readonly #entries: KeptModel[] = []

  constructor(gpu: Gpu, emit: (event: Event) => void) {
    this.#gpu = gpu
    this.#emit = emit
  }

  get entries(): readonly KeptModel[] {
    return this.#entries
  }

  /** The model that the next stage works on: the latest that is not quantized. */
  base(): KeptModel {
    const base = this.#entries.findLast(({ row }) => row.stage !== 'quantize')
    assert(base, 'the teacher to be measured before a stage runs')
    return base
  }

  add(kept: KeptModel): void {
    this.#entries.push(kept)
    this.#emit({ type: 'row', key: kept.key, row: kept.row })
    this.#emit(memoryEvent(this.#gpu))
  }

  /** Drops what a stage is about to replace: its own row and all that build on it. */
  dropBefore(stage: StageRecipe): void {
    if (stage.kind === 'quantize') this.dropRow(rowKey(stage))
    else this.dropStage(stage.kind)
  }

  /** Drops the row of a stage and all that build on it. */
  dropStage(kind: StageRecipe['kind']): void {
    const rank = STAGE_ORDER.indexOf(kind)
    const first = this.#entries.findIndex(({ row }) => STAGE_ORDER.indexOf(row.stage) >= rank)
    if (first >= 0) this.#drop(this.#entries.splice(first))
  }

  /** Drops one quantized row, which nothing builds on. */
  dropRow(key: RowKey): void {
    const index = this.#entries.findIndex((kept) => kept.key === key)
    if (index >= 0) this.#drop(this.#entries.splice(index, 1))
  }

  clear(): void {
    this.#drop(this.#entries.splice(0))
  }

  #drop(dropped: readonly KeptModel[]): void {
    if (dropped.length === 0) return
    for (const { key, model } of dropped) if (key !== 'teacher') releaseModel(this.#gpu, model)
    this.#emit({ type: 'dropped', keys: dropped.map(({ key }) => key) })
  }
}

/** Slot of a stage's row in the table. */
export function rowKey(stage: StageRecipe): RowKey {
  if (stage.kind !== 'quantize') return stage.kind
  const group = stage.scheme === 'W4A16' ? `:${stage.group_size ?? 64}` : ''
  return `quantize:${stage.scheme}${group}`
}
