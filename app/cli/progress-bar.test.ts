// Progress on a terminal and elsewhere: one line that is redrawn, or lines of a log.
import { describe, expect, it } from 'vitest'
import type { Event, LossPoint, Progress } from '../engine/protocol.ts'
import { duration, ProgressBar } from './progress-bar.ts'

/** A stream that keeps what is written, and a bar on it whose clock the test moves. */
function barOn(stream: { isTTY: boolean; columns?: number }) {
  const written: string[] = []
  const clock = { seconds: 0 }
  const out = { ...stream, write: (text: string) => written.push(text) } as unknown as NodeJS.WriteStream
  return { bar: new ProgressBar(out, () => clock.seconds * 1000), written, clock }
}

const progress = (values: Partial<Progress>): Event => ({
  type: 'progress',
  progress: { stage: 'distill', phase: 'train', done: 0, total: 100, unit: 'steps', rate: 5.25, ...values },
})
const point = (values: Partial<LossPoint>): LossPoint => ({ stage: 'distill', step: 0, loss: 1, ...values })
/** What a line that is redrawn starts with: to the left edge, and clear. */
const REDRAW = '\r\u001b[2K'

describe('on a terminal', () => {
  it('redraws one line with a bar, counts, rate and time left', () => {
    const { bar, written } = barOn({ isTTY: true, columns: 120 })
    bar.handle(progress({ done: 50, secondsLeft: 200 }))
    bar.handle(progress({ done: 100, rate: 12.6 }))
    expect(written).toEqual([
      `${REDRAW}distill: training ${'█'.repeat(12)}${'░'.repeat(12)} 50/100 steps · 5.3/s · 3 min 20 s left`,
      `${REDRAW}distill: training ${'█'.repeat(24)} 100/100 steps · 13/s`,
    ])
  })

  it('shows the latest loss and validation until the row is measured', () => {
    const { bar, written } = barOn({ isTTY: true, columns: 200 })
    bar.handle({
      type: 'loss',
      points: [point({ step: 1, loss: 2, validation: 0.5 }), point({ step: 2, loss: 1.23456 })],
    })
    bar.handle(progress({ done: 2 }))
    expect(written.at(-1)).toContain('loss 1.235 · validation 50.00 %')
    bar.handle({ type: 'row' } as unknown as Event)
    bar.handle(progress({ done: 3 }))
    expect(written.at(-1)).not.toMatch(/loss|validation/)
  })

  it('never fills a whole line, which would wrap', () => {
    const { bar, written } = barOn({ isTTY: true, columns: 40 })
    bar.handle(progress({ done: 50, secondsLeft: 200 }))
    expect(written[0]!.slice(REDRAW.length).length).toBeLessThan(40)
  })

  it('draws an empty bar while the total is unknown', () => {
    const { bar, written } = barOn({ isTTY: true })
    bar.handle(progress({ done: 0, total: 0, rate: 0 }))
    expect(written[0]).toContain(`${'░'.repeat(24)} 0/0 steps`)
  })

  it('leaves the line before a note and at the end, once', () => {
    const { bar, written } = barOn({ isTTY: true })
    bar.handle(progress({ done: 1 }))
    bar.note('a note')
    bar.end()
    bar.handle(progress({ done: 2 }))
    bar.end()
    bar.end()
    expect(written.slice(1, 3)).toEqual(['\n', 'a note\n'])
    expect(written.slice(4)).toEqual(['\n'])
  })
})

describe('elsewhere', () => {
  it('writes a line when a phase is finished, once, and nothing before', () => {
    const { bar, written } = barOn({ isTTY: false })
    for (const done of [1, 50, 99, 100, 100]) bar.handle(progress({ done }))
    bar.handle(progress({ phase: 'measure', done: 30, total: 30, unit: 'rows' }))
    bar.end()
    expect(written).toEqual(['distill: training: 100 steps\n', 'distill: measuring: 30 rows\n'])
  })

  it('writes where a long phase is every 30 seconds, with its rate, time left and loss', () => {
    const { bar, written, clock } = barOn({ isTTY: false })
    bar.handle({ type: 'loss', points: [point({ step: 1, loss: 2.5 })] })
    for (let second = 1; second <= 90; second++) {
      clock.seconds = second
      bar.handle(progress({ done: second, secondsLeft: 100 - second }))
    }
    expect(written).toEqual([
      'distill: training: 30/100 steps · 5.3/s · 1 min 10 s left · loss 2.500\n',
      'distill: training: 60/100 steps · 5.3/s · 40 s left · loss 2.500\n',
      'distill: training: 90/100 steps · 5.3/s · 10 s left · loss 2.500\n',
    ])
  })

  it('tells how fast a training computes, also once it is finished', () => {
    const { bar, written, clock } = barOn({ isTTY: false })
    clock.seconds = 30
    const throughput = { tokensPerSecond: 812.4, flopsPerSecond: 1.2345e9, paddingShare: 0.08 }
    bar.handle(progress({ done: 30, throughput: { ...throughput, shareOfRoof: 0.344 } }))
    bar.handle(progress({ done: 100, throughput: { ...throughput, flopsPerSecond: 2.3312e12 } }))
    expect(written).toEqual([
      'distill: training: 30/100 steps · 5.3/s · 812 tokens/s · 1.23 GFLOP/s (34 % of roof)\n',
      'distill: training: 100 steps · 812 tokens/s · 2.33 TFLOP/s\n',
    ])
  })

  it('counts the 30 seconds from the last line of any kind, validations included', () => {
    const { bar, written, clock } = barOn({ isTTY: false })
    clock.seconds = 29
    bar.handle({ type: 'loss', points: [point({ step: 8, validation: 0.5 })] })
    for (const second of [31, 58, 59]) {
      clock.seconds = second
      bar.handle(progress({ phase: 'validate', done: second, rate: 20 }))
    }
    expect(written).toEqual([
      'step 8: validation 50.00 %\n',
      'distill: validating: 59/100 steps · 20/s · loss 1.000 · validation 50.00 %\n',
    ])
  })

  it('writes each validation with its step', () => {
    const { bar, written } = barOn({ isTTY: false })
    bar.handle(progress({ phase: 'validate', done: 10, total: 10 }))
    bar.handle({ type: 'loss', points: [point({ step: 7 }), point({ step: 8, validation: 0.91234 })] })
    expect(written).toEqual(['step 8: validation 91.23 %\n'])
  })

  it('writes bytes as megabytes', () => {
    const { bar, written, clock } = barOn({ isTTY: false })
    const bytes = { stage: 'open', phase: 'download', total: 438_000_000, unit: 'bytes' } as const
    clock.seconds = 30
    bar.handle(progress({ ...bytes, done: 12_340_000, rate: 5_250_000, secondsLeft: 81 }))
    bar.handle(progress({ ...bytes, done: 438_000_000 }))
    expect(written).toEqual([
      'open: downloading: 12.3/438.0 MB · 5.3 MB/s · 1 min 21 s left\n',
      'open: downloading: 438.0 MB\n',
    ])
  })

  it('writes no control characters', () => {
    const { bar, written } = barOn({ isTTY: false })
    for (const done of [50, 100]) bar.handle(progress({ done }))
    for (const character of ['\r', '\u001b']) expect(written.join('')).not.toContain(character)
  })
})

describe('duration', () => {
  it.each([
    [0, '0 s'],
    [45.4, '45 s'],
    [59.6, '1 min 0 s'],
    [200, '3 min 20 s'],
    [3599, '59 min 59 s'],
    [3600, '1 h 00 min'],
    [3900, '1 h 05 min'],
    [90_000, '25 h 00 min'],
  ])('shows %d seconds as %s', (seconds, text) => {
    expect(duration(seconds)).toBe(text)
  })
})
