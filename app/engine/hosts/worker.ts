// The engine in the page's worker: commands in, events out. Owns the GPU; the page never holds weights.
import { downloadZip } from 'client-zip'
import { type Gpu, requestGpu } from '../../../kernels/runtime/gpu.ts'
import { type ByteSource, blobSource, type Folder, readText } from '../base/bytes.ts'
import { reportError, StudioError } from '../base/errors.ts'
import { RunControl } from '../base/watch.ts'
import { catalog } from '../catalog.ts'
import { openTable } from '../data/csv.ts'
import type { Table } from '../data/dataset.ts'
import { exportModel } from '../export-model.ts'
import { memoryEvent } from '../memory-event.ts'
import type { Command, DataRecipe, Event, Progress, Recipe } from '../protocol.ts'
import { parseRecipe } from '../recipe.ts'
import { selfTest } from '../self-test.ts'
import { Session } from '../session.ts'
import { MemoryFolder } from './memory-folder.ts'

const SAMPLE_MODEL = ['config.json', 'model.safetensors', 'tokenizer.json', 'tokenizer_config.json']

const MEMORY_INTERVAL_MS = 1000

/** A failed call and the news that the device is lost come in either order. */
const LOSS_ARRIVES_MS = 200

const emit = (event: Event): void => self.postMessage(event)

type StageName = Progress['stage']

/** Runs commands one after the other; pause, resume and cancel act at once. */
class Worker {
  readonly #session: Session
  #tables: { train?: Table; test?: Table } = {}
  #dataOptions: Partial<DataRecipe> = {}
  /** The sample's tables are replaced by the user's, not joined with them. */
  #isSample = false
  #queue: Promise<void> = Promise.resolve()

  constructor(session: Session) {
    this.#session = session
  }

  receive(command: Command): void {
    const { control } = this.#session
    switch (command.type) {
      case 'pause':
        control.pause()
        emit({ type: 'state', state: 'paused' })
        break
      case 'resume':
        control.resume()
        emit({ type: 'state', state: 'running' })
        break
      case 'cancel':
        control.cancel()
        break
      default:
        this.#queue = this.#queue.then(() => this.#handle(command))
    }
  }

  async #handle(command: Command): Promise<void> {
    const stage = stageOf(command)
    this.#session.control = new RunControl()
    emit({ type: 'state', state: 'running', stage })
    const memory = setInterval(() => this.#emitMemory(), MEMORY_INTERVAL_MS)
    try {
      await this.#execute(command)
    } catch (error) {
      if (!(await this.#isLost())) emit({ type: 'error', error: reportError(error), stage })
    } finally {
      clearInterval(memory)
      this.#emitMemory()
      emit({ type: 'state', state: 'idle' })
    }
  }

  /** A lost device makes whatever is under way fail; the loss alone is told, by `openGpu`. */
  #isLost(): Promise<boolean> {
    const lost = this.#session.gpu.device.lost.then(() => true)
    const notLost = new Promise<boolean>((resolve) => setTimeout(resolve, LOSS_ARRIVES_MS, false))
    return Promise.race([lost, notLost])
  }

  #emitMemory(): void {
    emit(memoryEvent(this.#session.gpu))
  }

  async #execute(command: Command): Promise<void> {
    const session = this.#session
    switch (command.type) {
      case 'open-sample':
        return this.#openSample()
      case 'open-model':
        return this.#openModel(folderOf(command.name, command.files))
      case 'open-data':
        return this.#openData(command)
      case 'set-data':
        return this.#prepare(this.#tables, { ...this.#dataOptions, ...command.data })
      case 'set-seed':
        session.seed = command.seed
        if (session.data) await this.#prepare(this.#tables, this.#dataOptions)
        return
      case 'run-stage': {
        session.table.dropBefore(command.stage)
        const { cancelled } = await session.runStage(command.stage, { untrained: command.untrained ?? false })
        if (cancelled)
          throw new StudioError('cancelled', 'Cancelled; the best weights so far are kept and measured.')
        return
      }
      case 'run-all':
        return this.#runAll(command.stages)
      case 'drop-stage':
        return session.table.dropStage(command.kind)
      case 'export':
        return this.#export(command)
      case 'predict': {
        const predictions = await session.classify(command.text)
        return emit({ type: 'predicted', text: command.text, predictions })
      }
    }
  }

  async #openSample(): Promise<void> {
    const base = new URL(`${import.meta.env.BASE_URL}sample/`, self.location.origin)
    const recipe = parseRecipe(await readText(await fetchSource(base, 'recipe.json')), 'recipe.json')
    const files = await Promise.all(SAMPLE_MODEL.map((name) => fetchSource(base, `model/${name}`, name)))
    const [train, test] = await Promise.all(
      [recipe.data.train!, recipe.data.test!].map(async (name) => openTable(await fetchSource(base, name))),
    )
    this.#session.seed = recipe.seed
    emit({ type: 'recipe', recipe })
    await this.#session.openModel({ name: 'sample', files: new Map(files.map((file) => [file.name, file])) })
    await this.#prepare({ train: train!, test: test! }, recipe.data)
    this.#isSample = true
  }

  async #openModel(folder: Folder): Promise<void> {
    const stored = folder.files.get('recipe.json')
    const recipe = stored && parseRecipe(await readText(stored), 'recipe.json')
    const before = this.#session.opened?.checkpoint.spec.labels
    const { checkpoint } = await this.#session.openModel(folder)
    // An export of the sample is measured on the sample's own rows; any other model brings its data.
    const isOfSample = JSON.stringify(before) === JSON.stringify(checkpoint.spec.labels)
    if (this.#isSample && !isOfSample) this.#tables = {}
    if (recipe) this.#takeRecipe(recipe)
    if (this.#tables.train || this.#tables.test) await this.#prepare(this.#tables, this.#dataOptions)
  }

  #takeRecipe(recipe: Recipe): void {
    const { validation, max_length } = recipe.data
    this.#session.seed = recipe.seed
    this.#dataOptions = { ...this.#dataOptions, validation, max_length }
    emit({ type: 'recipe', recipe })
  }

  /** The other table keeps its place and the columns chosen for it, unless both belong to the sample. */
  async #openData({ train, test }: Extract<Command, { type: 'open-data' }>): Promise<void> {
    const opened = {
      ...(train ? { train: await openFile(train) } : {}),
      ...(test ? { test: await openFile(test) } : {}),
    }
    const tables = { ...(this.#isSample ? {} : this.#tables), ...opened }
    const names = { train: tables.train?.name, test: tables.test?.name }
    const { validation, max_length, ...chosen } = this.#dataOptions
    const isJoined = Object.keys(tables).length > Object.keys(opened).length
    const columns = isJoined ? { text: chosen.text, label: chosen.label } : {}
    await this.#prepare(tables, onlyDefined({ validation, max_length, ...names, ...columns }))
    this.#isSample = false
  }

  /** Tokenizes and measures the teacher; what was open stays when the tables do not fit. */
  async #prepare(tables: { train?: Table; test?: Table }, options: Partial<DataRecipe>): Promise<void> {
    this.#session.openData(tables, options)
    this.#tables = tables
    this.#dataOptions = options
    await this.#session.measureTeacher()
  }

  async #runAll(stages: Extract<Command, { type: 'run-all' }>['stages']): Promise<void> {
    for (const stage of stages) {
      emit({ type: 'state', state: 'running', stage: stage.kind })
      this.#session.table.dropBefore(stage)
      const { cancelled } = await this.#session.runStage(stage)
      if (cancelled)
        throw new StudioError('cancelled', 'Cancelled; the best weights so far are kept and measured.')
    }
  }

  async #export({ exports }: Extract<Command, { type: 'export' }>): Promise<void> {
    const session = this.#session
    const folder = new MemoryFolder()
    const recipe: Recipe = {
      recipe_version: 1,
      model: session.opened!.name,
      seed: session.seed,
      data: session.dataRecipe,
      stages: session.table.entries.flatMap(({ stage }) => (stage ? [stage] : [])),
      export: exports,
    }
    const files = await exportModel(session, { recipe, folder })
    const entries = [...folder.blobs].map(([name, blob]) => ({ name, input: blob }))
    const zip = await downloadZip(entries).blob()
    emit({ type: 'exported', zip, name: `${session.opened!.name}-decant.zip`, files })
  }
}

function stageOf(command: Command): StageName {
  if (command.type === 'run-stage') return command.stage.kind
  if (command.type === 'run-all') return command.stages[0]?.kind ?? 'distill'
  if (command.type === 'export') return 'export'
  return 'open'
}

const openFile = (file: File) => openTable(blobSource(file.name, file))

/** The entries that have a value. */
function onlyDefined<T extends object>(values: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as never
}

async function fetchSource(base: URL, path: string, name = path): Promise<ByteSource> {
  const response = await fetch(new URL(path, base))
  if (!response.ok)
    throw new StudioError('file-missing', `The sample’s ${path} did not load (${response.status}).`)
  return blobSource(name, await response.blob())
}

/** Files by path inside the picked folder: the folder's own name in front is dropped. */
function folderOf(name: string, files: readonly { path: string; file: File }[]): Folder {
  const prefix = commonFolder(files.map(({ path }) => path))
  const sources = files.map(({ path, file }): [string, ByteSource] => {
    const inner = path.slice(prefix.length)
    return [inner, blobSource(inner, file)]
  })
  return { name, files: new Map(sources) }
}

/** `models/a/` when every path starts so and config.json lies below; else the empty string. */
function commonFolder(paths: readonly string[]): string {
  const config = paths
    .filter((path) => path === 'config.json' || path.endsWith('/config.json'))
    .sort((a, b) => a.length - b.length)[0]
  if (config !== undefined) return config.slice(0, -'config.json'.length)
  const first = paths[0]?.split('/')[0]
  const prefix = `${first}/`
  return paths.every((path) => path.startsWith(prefix)) ? prefix : ''
}

async function openGpu(): Promise<Gpu | undefined> {
  try {
    const gpu = await requestGpu(navigator.gpu)
    gpu.device.lost.then(({ reason, message }) => {
      if (reason === 'destroyed') return
      const lost = new StudioError('device-lost', `The GPU was lost (${reason}): ${message}`)
      emit({ type: 'error', error: reportError(lost) })
    })
    emit({ type: 'gpu', adapter: gpu.adapter, selfTest: await selfTest(gpu), budget: gpu.pool.ledger.budget })
    return gpu
  } catch (error) {
    emit({ type: 'error', error: reportError(error) })
    return undefined
  }
}

emit({ type: 'catalog', catalog })
// Messages that arrive before the GPU is open wait in this list.
const waiting: Command[] = []
self.onmessage = ({ data }: MessageEvent<Command>) => waiting.push(data)
const gpu = await openGpu()
if (gpu) {
  const worker = new Worker(new Session(gpu, emit))
  for (const command of waiting) worker.receive(command)
  self.onmessage = ({ data }: MessageEvent<Command>) => worker.receive(data)
}
