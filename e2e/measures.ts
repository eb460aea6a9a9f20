// What a page costs: main-thread tasks from the browser's trace, JS heap of the page and its workers.
import type { Browser, CDPSession, Page } from '@playwright/test'

/** A task of the page's main thread, or the start of a frame there. Times in milliseconds. */
interface TraceEvent {
  readonly name: string
  readonly start: number
  /** CPU time of the thread, which other processes on the machine do not lengthen. */
  readonly cpu: number
}

interface RawEvent {
  readonly name: string
  readonly pid: number
  readonly tid: number
  readonly ts: number
  readonly tdur?: number
  readonly args?: { name?: string; data?: { frames?: readonly { processId?: number; url?: string }[] } }
}

const CATEGORIES = [
  'toplevel',
  'devtools.timeline',
  'devtools.timeline.frame',
  'disabled-by-default-devtools.timeline',
]
const TASK = /^(ThreadControllerImpl::)?RunTask$/
const FRAME = 'BeginMainThreadFrame'

/** Traces the page's main thread while `work` goes on. */
export async function traceMainThread(
  browser: Browser,
  page: Page,
  work: () => Promise<void>,
): Promise<readonly TraceEvent[]> {
  await browser.startTracing(page, { categories: CATEGORIES })
  await work()
  const trace = JSON.parse((await browser.stopTracing()).toString()) as { traceEvents: RawEvent[] }
  return mainThread(trace.traceEvents, page.url())
}

function mainThread(events: readonly RawEvent[], url: string): TraceEvent[] {
  const frames = events.flatMap(({ args }) => args?.data?.frames ?? [])
  const pid = frames.find((frame) => frame.url === url && frame.processId)?.processId
  const thread = events.find(
    ({ name, args, pid: of }) => name === 'thread_name' && args?.name === 'CrRendererMain' && of === pid,
  )
  if (!thread) throw new Error(`The trace names no main thread of ${url}.`)
  return events
    .filter(
      ({ name, pid: of, tid }) => of === pid && tid === thread.tid && (TASK.test(name) || name === FRAME),
    )
    .map(({ name, ts, tdur }) => ({ name, start: ts / 1000, cpu: (tdur ?? 0) / 1000 }))
    .sort((a, b) => a.start - b.start)
}

/** CPU milliseconds of each task. */
export const taskTimes = (events: readonly TraceEvent[]): number[] =>
  events.filter(({ name }) => TASK.test(name)).map(({ cpu }) => cpu)

/** CPU milliseconds of all tasks from the start of one frame to that of the next. */
export function frameTimes(events: readonly TraceEvent[]): number[] {
  const times: number[] = []
  for (const { name, cpu } of events)
    if (name === FRAME) times.push(0)
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
