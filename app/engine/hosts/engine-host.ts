// Opens the GPU, hands commands to the one who runs them, and after a lost GPU opens both again and goes on.
import { type Gpu, requestGpu } from '../../../kernels/runtime/gpu.ts'
import { reportError, StudioError } from '../base/errors.ts'
import type { OpenInputs } from '../kept-inputs.ts'
import type { Command, Event } from '../protocol.ts'
import { GradualSelfTest } from '../self-test.ts'

/** Runs commands on one GPU. */
export interface CommandRunner {
  receive(command: Command): void
  /** Ends what the lost GPU left under way; resolves when all has ended. @returns what is to be opened again, and done again */
  stop(): Promise<{ inputs: OpenInputs | undefined; interrupted: readonly Command[] }>
  /** Opens this once more and goes on with what was kept; then does again what was interrupted. */
  goOn(inputs: OpenInputs | undefined, interrupted: readonly Command[]): void
}

interface EngineHostOptions {
  readonly emit: (event: Event) => void
  /** @param selfTest of which the first part is done */
  readonly create: (gpu: Gpu, selfTest: GradualSelfTest) => CommandRunner
}

/** A GPU that is lost again so soon would be lost for ever: the user is to look at it. */
const LEAST_MS_BETWEEN_LOSSES = 60_000
/** A browser needs a moment to start its GPU process again. */
const REOPEN_TRIES = 5
const REOPEN_WAIT_MS = 400

export class EngineHost {
  readonly #options: EngineHostOptions
  /** Commands that arrive while no GPU is open. */
  #waiting: Command[] = []
  #runner: CommandRunner | undefined
  /** Goes on where it was after the GPU was lost: it is the same adapter. */
  readonly #selfTest = new GradualSelfTest()
  #lastLoss = Number.NEGATIVE_INFINITY

  constructor(options: EngineHostOptions) {
    this.#options = options
  }

  receive(command: Command): void {
    if (this.#runner) this.#runner.receive(command)
    else this.#waiting.push(command)
  }

  async start(): Promise<void> {
    try {
      this.#take(await this.#openGpu())
    } catch (error) {
      this.#options.emit({ type: 'error', error: reportError(error) })
    }
  }

  async #openGpu(): Promise<CommandRunner> {
    const { emit, create } = this.#options
    const gpu = await requestGpu(navigator.gpu)
    await this.#selfTest.begin(gpu)
    const { result, left } = this.#selfTest
    const runner = create(gpu, this.#selfTest)
    gpu.device.lost.then((info) => {
      if (info.reason !== 'destroyed') this.#recover(gpu, runner, info)
    })
    emit({
      type: 'gpu',
      adapter: gpu.adapter,
      selfTest: result,
      untested: left,
      budget: gpu.pool.ledger.budget,
    })
    return runner
  }

  #take(runner: CommandRunner): void {
    this.#runner = runner
    for (const command of this.#waiting.splice(0)) runner.receive(command)
  }

  async #recover(gpu: Gpu, lost: CommandRunner, { reason, message }: GPUDeviceLostInfo): Promise<void> {
    const { emit } = this.#options
    const now = performance.now()
    const isFirst = now - this.#lastLoss > LEAST_MS_BETWEEN_LOSSES
    this.#lastLoss = now
    this.#runner = undefined
    if (isFirst) emit({ type: 'recovering' })
    const { inputs, interrupted } = await lost.stop()
    gpu.destroy()
    try {
      if (!isFirst) throw new StudioError('device-lost', `The GPU was lost (${reason}): ${message}`)
      const runner = await this.#reopenGpu()
      runner.goOn(inputs, interrupted)
      this.#take(runner)
    } catch (error) {
      emit({ type: 'error', error: reportError(error) })
    }
  }

  async #reopenGpu(): Promise<CommandRunner> {
    for (let left = REOPEN_TRIES; ; left--) {
      try {
        return await this.#openGpu()
      } catch (error) {
        if (left === 1) throw error
        await new Promise((resolve) => setTimeout(resolve, REOPEN_WAIT_MS))
      }
    }
  }
}
