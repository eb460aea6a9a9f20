// Rates of a training between the first and the last mark of a window.
import { expect, it, vi } from 'vitest'
import { RunControl, type Work } from './base/watch.ts'
import { throughputOf, watchPhase } from './progress.ts'
import type { Event, Throughput } from './protocol.ts'

const work = (values: Partial<Work>): { work: Work } => ({
  work: { tokens: 0, flops: 0, seconds: 0, paddingShare: 0, ...values },
})

it('divides what was computed by the seconds of the steps, and tells the share of the roof', () => {
  const marks = [
    work({ tokens: 100, flops: 1e9, seconds: 2 }),
    work({ tokens: 180, flops: 2e9, seconds: 3 }),
    work({ tokens: 500, flops: 7e9, seconds: 6, paddingShare: 0.07, roof: 6e9 }),
  ]
  expect(throughputOf(marks)).toEqual({
    tokensPerSecond: 100,
    flopsPerSecond: 1.5e9,
    shareOfRoof: 0.25,
    paddingShare: 0.07,
  })
})

it('says nothing where nothing is counted, and of a time too short to tell', () => {
  expect(throughputOf([])).toBeUndefined()
  expect(throughputOf([{}, {}])).toBeUndefined()
  const [from, soon] = [work({ tokens: 1, seconds: 1 }), work({ tokens: 9, seconds: 1.1 })]
  expect(throughputOf([from])).toBeUndefined()
  expect(throughputOf([from, soon])).toBeUndefined()
})

it('is told with progress, over the last seconds only, and starts anew after a pause', async () => {
  const clock = vi.spyOn(performance, 'now')
  try {
    const told: (Throughput | undefined)[] = []
    const control = new RunControl()
    const emit = (event: Event) => event.type === 'progress' && told.push(event.progress.throughput)
    const watch = watchPhase(emit, control, { stage: 'distill', phase: 'train' })
    const step = (seconds: number, tokens: number) => {
      clock.mockReturnValue(1000 * seconds)
      watch.progress(told.length + 1, 100, 'steps', work({ seconds, tokens }).work)
    }
    step(0, 0)
    step(4, 400)
    // The first mark is 8 seconds old and no longer counts.
    step(8, 1200)
    control.pause()
    const resumed = watch.checkpoint()
    control.resume()
    await resumed
    step(9, 1300)
    step(10, 1350)
    expect(told.map((throughput) => throughput?.tokensPerSecond)).toEqual([
      undefined,
      100,
      200,
      undefined,
      50,
    ])
  } finally {
    clock.mockRestore()
  }
})

it('tells the time left by the last minute, and the rate by the last seconds', () => {
  const clock = vi.spyOn(performance, 'now')
  try {
    const told: [rate: number, secondsLeft: number | undefined][] = []
    const emit = (event: Event) => {
      if (event.type === 'progress') told.push([event.progress.rate, event.progress.secondsLeft])
    }
    const watch = watchPhase(emit, new RunControl(), { stage: 'distill', phase: 'train' })
    for (const [second, done] of [
      [0, 0],
      [30, 60],
      [34, 60],
      [38, 76],
      [92, 92],
    ] as const) {
      clock.mockReturnValue(1000 * second)
      watch.progress(done, 100, 'steps')
    }
    expect(told).toEqual([
      [0, undefined],
      [2, 20],
      [0, 40 / (60 / 34)],
      [4, 12],
      // The last minute begins after the marks at 0 and 30 seconds.
      [16 / 54, 8 / (32 / 58)],
    ])
  } finally {
    clock.mockRestore()
  }
})
