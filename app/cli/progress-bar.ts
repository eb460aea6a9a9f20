// Progress on stderr: a bar with rate and time left on a terminal; elsewhere a line per finished phase, and now and then one inside.
import type { Event, LossPoint, Progress, Throughput } from '../engine/protocol.ts'

const BAR_WIDTH = 24
/** Elsewhere than on a terminal, a phase that goes on is reported this often: enough to see from a log where it is. */
const REPORT_MS = 30_000
const PHASE_NAMES: Readonly<Record<Progress['phase'], string>> = {
  load: 'loading',
  download: 'downloading',
  'self-test': 'self-test',
  teacher: 'teacher outputs',
  train: 'training',
  validate: 'validating',
  importance: 'importance',
  rebuild: 'rebuilding',
  quantize: 'quantizing',
  measure: 'measuring',
  export: 'exporting',
  pack: 'packing',
  upload: 'uploading',
  verify: 'verifying',
}

/** Receives the engine's events; `end` leaves the terminal on a fresh line. */
export class ProgressBar {
  readonly #out: NodeJS.WriteStream
  readonly #now: () => number
  #loss: LossPoint | undefined
  #validation: number | undefined
  #isOpen = false
  #finished = ''
  /** Elsewhere: when the last line was written. */
  #reportedAt: number

  /** @param now milliseconds */
  constructor(out: NodeJS.WriteStream, now: () => number = () => performance.now()) {
    this.#out = out
    this.#now = now
    this.#reportedAt = now()
  }

  handle(event: Event): void {
    if (event.type === 'progress') this.#show(event.progress)
    if (event.type === 'loss') {
      this.#loss = event.points.at(-1) ?? this.#loss
      const validated = event.points.findLast((point) => point.validation !== undefined)
      if (validated) this.#reportValidation(validated)
    }
    if (event.type === 'row') {
      this.#loss = undefined
      this.#validation = undefined
    }
  }

  note(text: string): void {
    this.end()
    this.#out.write(`${text}\n`)
  }

  end(): void {
    if (this.#isOpen) this.#out.write('\n')
    this.#isOpen = false
  }

  #reportValidation({ step, validation }: LossPoint): void {
    this.#validation = validation
    if (!this.#out.isTTY) this.#report(`step ${step}: validation ${percent(validation!)}`)
  }

  #show(progress: Progress): void {
    const label = `${progress.stage}: ${PHASE_NAMES[progress.phase]}`
    if (this.#out.isTTY) {
      const line = `${label} ${barOf(progress)} ${this.#counts(progress)}`
      this.#out.write(`\r\x1b[2K${line}`.slice(0, (this.#out.columns ?? 100) + 4))
      this.#isOpen = true
    } else if (progress.done < progress.total) {
      if (this.#now() - this.#reportedAt >= REPORT_MS) this.#report(`${label}: ${this.#counts(progress)}`)
    } else this.#reportFinished(label, progress)
  }

  #reportFinished(label: string, { phase, total, unit, throughput }: Progress): void {
    const key = `${label} ${total}`
    if (key === this.#finished || phase === 'validate') return
    this.#finished = key
    const { count, name } = inUnits(unit)
    this.#report(`${label}: ${count(total)} ${name}${throughputText(throughput)}`)
  }

  #report(line: string): void {
    this.#reportedAt = this.#now()
    this.#out.write(`${line}\n`)
  }

  #counts({ done, total, unit, rate, secondsLeft, throughput }: Progress): string {
    const left = secondsLeft === undefined ? '' : ` · ${duration(secondsLeft)} left`
    const loss = this.#loss ? ` · loss ${this.#loss.loss.toFixed(3)}` : ''
    const validation = this.#validation === undefined ? '' : ` · validation ${percent(this.#validation)}`
    const { count, name, speed } = inUnits(unit)
    const rates = `${speed(rate)}/s${throughputText(throughput)}`
    return `${count(done)}/${count(total)} ${name} · ${rates}${left}${loss}${validation}`
  }
}

function barOf({ done, total }: Progress): string {
  const filled = total > 0 ? Math.round((done / total) * BAR_WIDTH) : 0
  return '█'.repeat(filled) + '░'.repeat(BAR_WIDTH - filled)
}

/** How counts of a unit are written: bytes as megabytes, all else as it is. */
function inUnits(unit: string) {
  const megabytes = (bytes: number) => (bytes / 1e6).toFixed(1)
  if (unit === 'bytes')
    return { name: 'MB', count: megabytes, speed: (bytes: number) => `${megabytes(bytes)} MB` }
  return { name: unit, count: String, speed: (rate: number) => rate.toFixed(rate < 10 ? 1 : 0) }
}

/** ` · 812 tokens/s · 1.25 GFLOP/s (34 % of roof)`; empty where nothing trains. */
function throughputText(throughput: Throughput | undefined): string {
  if (!throughput) return ''
  const { tokensPerSecond, flopsPerSecond, shareOfRoof } = throughput
  const share = shareOfRoof === undefined ? '' : ` (${Math.round(100 * shareOfRoof)} % of roof)`
  return ` · ${tokensPerSecond.toFixed(0)} tokens/s · ${flops(flopsPerSecond)}${share}`
}

/** Three figures, in the unit that suits them. */
function flops(perSecond: number): string {
  return perSecond < 1e12
    ? `${(perSecond / 1e9).toPrecision(3)} GFLOP/s`
    : `${(perSecond / 1e12).toPrecision(3)} TFLOP/s`
}

const percent = (share: number) => `${(100 * share).toFixed(2)} %`

/** Seconds as `45 s`, `3 min 20 s` or `1 h 05 min`. */
export function duration(seconds: number): string {
  const whole = Math.round(seconds)
  if (whole < 60) return `${whole} s`
  const minutes = Math.floor(whole / 60)
  if (minutes < 60) return `${minutes} min ${whole % 60} s`
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} min`
}
