// The engine in the page's worker: commands in, events out. Owns the GPU; the page never holds weights.
import { type Folder, readText } from '../base/bytes.ts'
import { reportError } from '../base/errors.ts'
import { RunControl } from '../base/watch.ts'
import { catalog } from '../catalog.ts'
import { fitOf } from '../fit-question.ts'
import { attentionOf, differencesOf } from '../insight.ts'
import { inspectionOf, inspectModel } from '../inspect.ts'
import type { OpenInputs } from '../kept-inputs.ts'
import type { Running } from '../kept-manifest.ts'
import type { Restored } from '../kept-session.ts'
import { memoryEvent } from '../memory-event.ts'
import { OpenTables } from '../open-tables.ts'
import type { Command, Event, Progress } from '../protocol.ts'
import { parseRecipe } from '../recipe.ts'
import type { GradualSelfTest } from '../self-test.ts'
import { Session } from '../session.ts'
import { type CommandRunner, EngineHost } from './engine-host.ts'
import { Exporter } from './exporter.ts'
import { openIdleTuning } from './idle-tuning.ts'
import { IdleWork } from './idle-work.ts'
import { type HubCommand, handleKept, type KeptCommand, Opener, openedFolder } from './opener.ts'
import { RestOfSelfTest } from './rest-of-self-test.ts'
import { fetchSample } from './sample.ts'
import { SessionKeeper } from './session-keeper.ts'

const MEMORY_INTERVAL_MS = 1000

/** A failed call and the news that the device is lost come in either order. */
const LOSS_ARRIVES_MS = 200

const emit = (event: Event): void => self.postMessage(event)

type StageName = Progress['stage']
/** Commands that take their turn and are told of as runs. */
type WorkCommand = Exclude<
  Command,
  {
    type:
      | 'pause'
      | 'step'
      | 'resume'
      | 'cancel'
      | 'predict'
      | 'attention'
      | 'differences'
      | 'fit'
      | 'tune'
      | KeptCommand['type']
  }
>

/** Commands that train, prune or quantize, or tell what the self-test found. */
const USE_ALL_KERNELS: ReadonlySet<Command['type']> = new Set([
  'run-stage',
  'run-all',
  'resume-session',
  'export',
])

/** Runs commands one after the other; pause, resume and cancel act at once, as do questions that need no GPU. */
class Worker implements CommandRunner {
  readonly #session: Session
  readonly #tables: OpenTables
  #queue: Promise<void> = Promise.resolve()
  /** Commands that a lost GPU kept from ending. */
  readonly #interrupted: WorkCommand[] = []
  readonly #opener: Opener
  readonly #exporter: Exporter
  readonly #idle = new IdleWork((work) => this.#takeTurn(work))
  readonly #kernels: RestOfSelfTest

  constructor(session: Session, selfTest: GradualSelfTest) {
    this.#session = session
    this.#tables = new OpenTables(session, emit)
    this.#exporter = new Exporter({ session, selfTest, emit })
    this.#kernels = new RestOfSelfTest(session.gpu, selfTest, emit)
    this.#idle.add(this.#kernels)
    this.#opener = new Opener({ gpu: session.gpu, emit, load: (folder) => this.#openModel(folder) })
  }

  receive(command: Command): void {
    const { control } = this.#session
    switch (command.type) {
      case 'pause':
        control.pause()
        emit({ type: 'state', state: 'paused' })
        break
      case 'step':
        control.step()
        break
      case 'resume':
        control.resume()
        emit({ type: 'state', state: 'running' })
        break
      case 'cancel':
        control.cancel()
        break
      case 'list-kept':
      case 'delete-kept':
        this.#answer(() => handleKept(command))
        break
      case 'differences':
        this.#answer(() => differencesOf(this.#session, command.key))
        break
      case 'fit':
        this.#answer(() => fitOf(this.#session, command.settings))
        break
      case 'tune':
        openIdleTuning(this.#session.gpu).then((job) => this.#idle.add(job))
        break
      case 'predict':
      case 'attention':
        this.#takeTurn(() => this.#idle.during(() => this.#answer(() => this.#ask(command))))
        break
      default:
        this.#takeTurn(() =>
          this.#idle.during(() => this.#work(stageOf(command), () => this.#execute(command), command)),
        )
    }
  }

  #takeTurn(work: () => Promise<void>): void {
    this.#queue = this.#queue.then(work)
  }

  /** Answers a question: quick, changes no model, and so is no run that the page tells of. */
  async #answer(ask: () => Event | undefined | Promise<Event>): Promise<void> {
    try {
      const answer = await ask()
      if (answer) emit(answer)
    } catch (error) {
      if (!(await this.#isLost())) emit({ type: 'error', error: reportError(error) })
    }
  }

  async #ask({ type, text }: Extract<Command, { type: 'predict' | 'attention' }>): Promise<Event> {
    if (type === 'attention') return attentionOf(this.#session, text)
    return { type: 'predicted', text, predictions: await this.#session.classify(text) }
  }

  /** Does one piece of work, told of as a run. @param command kept for later when the GPU is lost meanwhile */
  async #work(stage: StageName, work: () => Promise<void>, command?: WorkCommand): Promise<void> {
    this.#session.control = new RunControl()
    emit({ type: 'state', state: 'running', stage })
    const memory = setInterval(() => this.#emitMemory(), MEMORY_INTERVAL_MS)
    try {
      await work()
    } catch (error) {
      if (!(await this.#isLost())) emit({ type: 'error', error: reportError(error), stage })
      // A measurement may itself be what the GPU was lost over.
      else if (command && command.type !== 'measure-device') this.#interrupted.push(command)
    } finally {
      clearInterval(memory)
      this.#emitMemory()
      emit({ type: 'state', state: 'idle' })
    }
  }

  /** A lost device makes whatever is under way fail; the loss alone is told, by the host. */
  #isLost(): Promise<boolean> {
    const lost = this.#session.gpu.device.lost.then(() => true)
    const notLost = new Promise<boolean>((resolve) => setTimeout(resolve, LOSS_ARRIVES_MS, false))
    return Promise.race([lost, notLost])
  }

  #emitMemory(): void {
    emit(memoryEvent(this.#session.gpu))
  }

  async #execute(command: WorkCommand): Promise<void> {
    const session = this.#session
    if (USE_ALL_KERNELS.has(command.type))
      await this.#kernels.finish(session.watch(stageOf(command), 'self-test'))
    switch (command.type) {
      case 'open-sample':
        return this.#openSample()
      case 'open-model':
        return this.#opener.open(await openedFolder(command.name, command.files))
      case 'find-hub-model':
      case 'download-hub-model':
      case 'open-kept':
        return this.#hub(command)
      case 'load-inspected': {
        const tables = await this.#opener.loadWaiting()
        return tables && this.#tables.open(tables)
      }
      case 'close-model':
        return this.#closeModel()
      case 'open-data':
        if (command.isWithModel && this.#opener.holdTables(command)) return
        return this.#tables.open(command)
      case 'arrange-data':
        return this.#tables.arrange(command)
      case 'set-data':
        return this.#tables.setOptions(command.data)
      case 'open-recipe':
        this.#tables.takeRecipe(parseRecipe(command.text, command.name))
        return this.#tables.prepareAgain()
      case 'set-seed':
        session.seed = command.seed
        return this.#tables.prepareAgain()
      case 'run-stage':
        return this.#run({ stages: [command.stage], untrained: command.untrained ?? false })
      case 'run-all':
        return this.#run({ stages: command.stages, untrained: false })
      case 'drop-stage':
        session.table.dropStage(command.kind)
        return keeper.kept.noteDropped(session, this.#inputs)
      case 'resume-session':
        return this.#take(await keeper.accept(session, this.#inputs))
      case 'discard-session':
        return keeper.discard()
      case 'export':
        return this.#exporter.export(command)
      case 'verify':
        return this.#exporter.verify(command)
      case 'upload':
        return this.#exporter.upload(command)
      case 'measure-device': {
        const { measureDevice } = await import('./device-measurement.ts')
        const report = await measureDevice(session.watch('device', 'measure'))
        return emit({ type: 'device-measured', report })
      }
    }
  }

  #hub(command: HubCommand): Promise<void> {
    const { control } = this.#session
    return this.#opener.handleHub(command, { control, watch: this.#session.watch('open', 'download') })
  }

  async #openSample(): Promise<void> {
    const { folder, recipe, train, test } = await fetchSample()
    this.#session.seed = recipe.seed
    emit({ type: 'recipe', recipe })
    this.#opener.forget()
    emit({ type: 'inspected', ...(await inspectModel(folder, this.#session.gpu)), isWaiting: false })
    await this.#session.openModel(folder)
    await this.#tables.openSample({ train, test }, recipe.data)
  }

  #closeModel(): void {
    this.#tables.forget()
    this.#opener.forget()
    this.#session.close()
    this.#session.gpu.pool.trim()
    emit({ type: 'model-closed' })
  }

  async #openModel(folder: Folder): Promise<void> {
    const stored = folder.files.get('recipe.json')
    const recipe = stored && parseRecipe(await readText(stored), 'recipe.json')
    const before = this.#session.opened?.checkpoint.spec.labels
    const { checkpoint } = await this.#session.openModel(folder)
    // An export of the sample is measured on the sample's own rows; any other model brings its data.
    const isOfSample = JSON.stringify(before) === JSON.stringify(checkpoint.spec.labels)
    if (!isOfSample) this.#tables.leaveSample()
    if (recipe) this.#tables.takeRecipe(recipe)
    await this.#tables.prepare()
  }

  async stop() {
    this.#session.control.resume()
    await this.#queue
    return { inputs: this.#inputs, interrupted: this.#interrupted }
  }

  goOn(inputs: OpenInputs | undefined, interrupted: readonly Command[]): void {
    const isRun = ({ type }: Command) => type === 'run-stage' || type === 'run-all'
    const goOn = async () => {
      const restored = inputs && (await keeper.kept.reopen(this.#session, inputs))
      await this.#take(restored)
      // Runs that were kept have been gone on with.
      for (const command of interrupted)
        if (!restored?.running || !isRun(command)) await this.#execute(command as WorkCommand)
    }
    this.#queue = this.#work('open', goOn)
  }

  get #inputs(): OpenInputs | undefined {
    const { opened, seed } = this.#session
    return opened && { model: opened.folder, seed, ...this.#tables.inputs }
  }

  /** What was opened again, and the stages that were under way. */
  async #take(restored: Restored | undefined): Promise<void> {
    if (!restored) return
    const { inputs, running } = restored
    this.#tables.restore(inputs)
    this.#opener.forget()
    const { gpu, opened } = this.#session
    emit({ type: 'inspected', ...inspectionOf(opened!.summary, gpu), isWaiting: false })
    if (running) await this.#run(running, true)
  }

  #run(running: Running, isContinued = false): Promise<void> {
    const options = { isContinued, isLost: () => this.#isLost() }
    return keeper.kept.run(this.#session, this.#inputs!, running, options)
  }
}

function stageOf(command: WorkCommand): StageName {
  if (command.type === 'run-stage') return command.stage.kind
  if (command.type === 'run-all') return command.stages[0]?.kind ?? 'distill'
  if (['export', 'verify', 'upload'].includes(command.type)) return 'export'
  if (command.type === 'measure-device') return 'device'
  return 'open'
}

emit({ type: 'catalog', catalog })
const keeper = new SessionKeeper(emit)
const host = new EngineHost({
  emit,
  create: (gpu, selfTest) => new Worker(new Session(gpu, emit), selfTest),
})
self.onmessage = ({ data }: MessageEvent<Command>) => host.receive(data)
await host.start()
