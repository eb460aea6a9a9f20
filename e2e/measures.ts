// What a page costs: main-thread tasks from the browser's trace, JS heap of the page and its workers.
import type { Browser, CDPSession, Page } from '@playwright/test'

/** A task of the page's main thread, or the start of a frame there. Times in milliseconds. */
interface TraceEvent {
  readonly kind: 'task' | 'frame'
  readonly time: number
  /** CPU time of the thread, which other processes on the machine do not lengthen. */
  readonly cpu: number
}

interface RawEvent {
  readonly name: string
  /** `X`: complete; `b`: begin. */
  readonly ph: string
  readonly pid: number
  readonly tid: number
  /** Microseconds, as `dur` and `tdur` are. */
  readonly ts: number
  readonly dur?: number
  readonly tdur?: number
}

/** As few as tell tasks and frames: whatever else is traced costs the thread time of its own. */
const CATEGORIES = ['toplevel', 'devtools.timeline']
const isTask = ({ name, ph }: RawEvent) => name === 'ThreadControllerImpl::RunTask' && ph === 'X'
const isFrame = ({ name, ph }: RawEvent) => name === 'AnimationFrame' && ph === 'b'

/** Traces the main thread of the one page that draws while `work` goes on. */
export async function traceMainThread(
  browser: Browser,
  page: Page,
  work: () => Promise<void>,
): Promise<readonly TraceEvent[]> {
  await browser.startTracing(page, { categories: CATEGORIES })
  await work()
  const trace = JSON.parse((await browser.stopTracing()).toString()) as { traceEvents: RawEvent[] }
  const thread = trace.traceEvents.find(isFrame)
  if (!thread) throw new Error('The trace has no frame: nothing was drawn.')
  return trace.traceEvents
    .filter(({ pid, tid }) => pid === thread.pid && tid === thread.tid)
    .filter((event) => isTask(event) || isFrame(event))
    .map((event) => ({
      kind: isTask(event) ? ('task' as const) : ('frame' as const),
      // A frame begins inside the task that draws it: tasks are placed by their end.
      time: (event.ts + (isTask(event) ? (event.dur ?? 0) : 0)) / 1000,
      cpu: (event.tdur ?? 0) / 1000,
    }))
    .sort((a, b) => a.time - b.time)
}

/** CPU milliseconds of each task. */
export const taskTimes = (events: readonly TraceEvent[]): number[] =>
  events.filter(({ kind }) => kind === 'task').map(({ cpu }) => cpu)

/** CPU milliseconds of all tasks from the start of one frame to that of the next. */
export function frameTimes(events: readonly TraceEvent[]): number[] {
  const times: number[] = []
  for (const { kind, cpu } of events)
    if (kind === 'frame') times.push(0)
    else if (times.length > 0) times[times.length - 1]! += cpu
  return times
}

/** The value below which this share of the values lies. */
export const quantile = (values: readonly number[], share: number): number =>
  [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(share * values.length))]!

interface HeapUsage {
  readonly usedSize: number
  /** Array buffers, which V8 keeps outside its heap. */
  readonly backingStorageSize?: number
}

/** The JS heap of a page and its workers, array buffers included, as the browser's debugger tells it. */
export class Heap {
  readonly #session: CDPSession
  readonly #workers = new Set<string>()
  readonly #answers = new Map<number, (result: unknown) => void>()
  #asked = 0

  private constructor(session: CDPSession) {
    this.#session = session
    session.on('Target.attachedToTarget', ({ sessionId }) => this.#workers.add(sessionId))
    session.on('Target.detachedFromTarget', ({ sessionId }) => this.#workers.delete(sessionId))
    session.on('Target.receivedMessageFromTarget', ({ message }) => {
      const { id, result } = JSON.parse(message) as { id: number; result: unknown }
      this.#answers.get(id)?.(result)
    })
  }

  static async of(page: Page): Promise<Heap> {
    const heap = new Heap(await page.context().newCDPSession(page))
    await heap.#session.send('Target.setAutoAttach', {
      autoAttach: true,
      waitForDebuggerOnStart: false,
      flatten: false,
    })
    return heap
  }

  /** Bytes in use, what nobody refers to any more collected first if asked. */
  async bytes({ isCollected }: { isCollected: boolean }): Promise<number> {
    if (isCollected) {
      await this.#session.send('HeapProfiler.collectGarbage')
      for (const worker of this.#workers) await this.#ask(worker, 'HeapProfiler.collectGarbage')
    }
    const usages = [
      (await this.#session.send('Runtime.getHeapUsage')) as HeapUsage,
      ...(await Promise.all(
        [...this.#workers].map((worker) => this.#ask(worker, 'Runtime.getHeapUsage') as Promise<HeapUsage>),
      )),
    ]
    return usages.reduce((sum, usage) => sum + usage.usedSize + (usage.backingStorageSize ?? 0), 0)
  }

  #ask(sessionId: string, method: string): Promise<unknown> {
    const id = ++this.#asked
    const answer = new Promise((resolve) => this.#answers.set(id, resolve))
    const message = JSON.stringify({ id, method, params: {} })
    return this.#session.send('Target.sendMessageToTarget', { sessionId, message }).then(() => answer)
  }
}
