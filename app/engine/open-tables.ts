// The tables that are open and the options they are read with; what changes them also measures the teacher anew.
import { blobSource } from './base/bytes.ts'
import { arrangeTables } from './data/arrange.ts'
import type { Table } from './data/dataset.ts'
import { openTable } from './data/open-table.ts'
import type { OpenInputs } from './kept-inputs.ts'
import type { Command, DataRecipe, Event, Recipe } from './protocol.ts'
import type { Session } from './session.ts'

interface Tables {
  readonly train?: Table
  readonly test?: Table
}

type TableInputs = Pick<OpenInputs, 'tables' | 'data' | 'isSample'>

export class OpenTables {
  readonly #session: Session
  readonly #emit: (event: Event) => void
  #tables: Tables = {}
  #options: Partial<DataRecipe> = {}
  /** The sample's tables are replaced by the user's, not joined with them. */
  #isSample = false

  constructor(session: Session, emit: (event: Event) => void) {
    this.#session = session
    this.#emit = emit
  }

  async openSample(tables: Tables, options: DataRecipe): Promise<void> {
    await this.#prepare(tables, options)
    this.#isSample = true
  }

  /** A model of other classes has come: the sample's rows say nothing about it. */
  leaveSample(): void {
    if (this.#isSample) this.#tables = {}
  }

  forget(): void {
    this.#tables = {}
    this.#isSample = false
  }

  takeRecipe(recipe: Recipe): void {
    const { validation, max_length } = recipe.data
    this.#session.seed = recipe.seed
    this.#options = { ...this.#options, validation, max_length }
    this.#emit({ type: 'recipe', recipe })
  }

  /** The other table keeps its place and the columns chosen for it, unless both belong to the sample. */
  async open({ train, test }: Extract<Command, { type: 'open-data' }>): Promise<void> {
    const opened = {
      ...(train ? { train: await openFile(train) } : {}),
      ...(test ? { test: await openFile(test) } : {}),
    }
    const tables = { ...(this.#isSample ? {} : this.#tables), ...opened }
    const { validation, max_length, ...chosen } = this.#options
    const isJoined = Object.keys(tables).length > Object.keys(opened).length
    const columns = isJoined ? { text: chosen.text, label: chosen.label } : {}
    await this.#prepare(tables, onlyDefined({ validation, max_length, ...namesOf(tables), ...columns }))
    this.#isSample = false
  }

  /** Columns that were chosen stay; the names in the recipe follow the tables. */
  async arrange({ role, action }: Extract<Command, { type: 'arrange-data' }>): Promise<void> {
    const tables = arrangeTables(this.#tables, role, action)
    if (tables.train || tables.test) {
      const { train: _train, test: _test, ...options } = this.#options
      return this.#prepare(tables, onlyDefined({ ...options, ...namesOf(tables) }))
    }
    this.#tables = tables
    this.#session.closeData()
  }

  /** Throws where no table is open. */
  setOptions(options: Partial<DataRecipe>): Promise<void> {
    return this.#prepare(this.#tables, { ...this.#options, ...options })
  }

  /** Reads what is open for a model that has just come. */
  async prepare(): Promise<void> {
    if (this.#tables.train || this.#tables.test) await this.#prepare(this.#tables, this.#options)
  }

  /** Once more, with another seed or other options; tables that did not fit the model stay as they are. */
  async prepareAgain(): Promise<void> {
    if (this.#session.data) await this.prepare()
  }

  get inputs(): TableInputs {
    const data = this.#session.data ? this.#session.dataRecipe : this.#options
    return { tables: this.#tables, data, isSample: this.#isSample }
  }

  /** Takes over what the session has opened again itself. */
  restore({ tables, data, isSample }: TableInputs): void {
    this.#tables = tables
    this.#options = data
    this.#isSample = isSample
  }

  /** Tokenizes and measures the teacher; what was open stays when the tables do not fit. */
  async #prepare(tables: Tables, options: Partial<DataRecipe>): Promise<void> {
    this.#session.openData(tables, options)
    this.#tables = tables
    this.#options = options
    await this.#session.measureTeacher()
  }
}

const openFile = (file: File) => openTable(blobSource(file.name, file))

const namesOf = ({ train, test }: Tables) => ({ train: train?.name, test: test?.name })

/** The entries that have a value. */
function onlyDefined<T extends object>(values: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as never
}
