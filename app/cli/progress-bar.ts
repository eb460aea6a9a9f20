// Progress on stderr: a bar with rate and time left on a terminal, a line per finished phase elsewhere.
import type { Event, LossPoint, Progress } from '../engine/protocol.ts'

const BAR_WIDTH = 24
const PHASE_NAMES: Readonly<Record<Progress['phase'], string>> = {
  load: 'loading',
  'self-test': 'self-test',
  teacher: 'teacher outputs',
  train: 'training',
  validate: 'validating',
  importance: 'importance',
  rebuild: 'rebuilding',
  quantize: 'quantizing',
  measure: 'measuring',
  export: 'exporting',
  verify: 'verifying',
}

/** Receives the engine's events; `end` leaves the terminal on a fresh line. */
export class ProgressBar {
  readonly #out: NodeJS.WriteStream
  #loss: LossPoint | undefined
  #validation: number | undefined
  #isOpen = false
  #finished = ''

  constructor(out: NodeJS.WriteStream) {
    this.#out = out
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
    if (!this.#out.isTTY) this.note(`step ${step}: validation ${percent(validation!)}`)
  }

  #show(progress: Progress): void {
    const label = `${progress.stage}: ${PHASE_NAMES[progress.phase]}`
    if (this.#out.isTTY) {
      this.#out.write(`\r\x1b[2K${this.#line(label, progress)}`.slice(0, (this.#out.columns ?? 100) + 4))
      this.#isOpen = true
      return
    }
    const key = `${label} ${progress.total}`
    if (progress.done < progress.total || key === this.#finished || progress.phase === 'validate') return
    this.#finished = key
    this.#out.write(`${label}: ${progress.total} ${progress.unit}\n`)
  }

  #line(label: string, { done, total, unit, rate, secondsLeft }: Progress): string {
    const filled = total > 0 ? Math.round((done / total) * BAR_WIDTH) : 0
    const bar = '█'.repeat(filled) + '░'.repeat(BAR_WIDTH - filled)
    const left = secondsLeft === undefined ? '' : ` · ${duration(secondsLeft)} left`
    const loss = this.#loss ? ` · loss ${this.#loss.loss.toFixed(3)}` : ''
    const validation = this.#validation === undefined ? '' : ` · validation ${percent(this.#validation)}`
    return `${label} ${bar} ${done}/${total} ${unit} · ${rate.toFixed(rate < 10 ? 1 : 0)}/s${left}${loss}${validation}`
  }
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
