// The benchmark of our own kernels on a real device: right results, no more than asked for, and a stop that leaves nothing.
import { expect, it } from 'vitest'
import { StudioError } from '../../app/engine/base/errors.ts'
import type { Contender, StartedContender } from './contender.ts'
import decant from './contenders/decant.contender.ts'
import { runBench } from './run-bench.ts'
import { testHost } from './testing.ts'

const QUICK = { samples: 2, sampleMs: 5 }

it('measures a family, right by f64, and tells how far it is', async () => {
  const told: string[] = []
  const watch = {
    checkpoint: async () => {},
    progress: (done: number, total: number, unit: string) => told.push(`${done}/${total} ${unit}`),
  }
  const options = { contenders: [decant], size: 'small', families: ['elementwise'], effort: QUICK } as const
  const report = await runBench(testHost, { ...options, watch })
  const [family] = report.families
  expect(family!.cases.length).toBeGreaterThan(2)
  for (const { entries } of family!.cases) {
    expect(entries).toHaveLength(1)
    expect(entries[0]!.samples).toHaveLength(2)
    expect(entries[0]!.error).toBeLessThanOrEqual(1)
  }
  const total = family!.cases.length + 2
  expect(told).toEqual(Array.from({ length: total }, (_, i) => `${i + 1}/${total} measurements`))
  expect(report).toMatchObject({ size: 'small', rounds: 2, skipped: 0 })
  expect(report.roofs.fma).toBeGreaterThan(1e8)
})

it('measures the cases whose names are asked for, and refuses names that none has', async () => {
  const options = { contenders: [decant], size: 'full', families: ['elementwise'], effort: QUICK } as const
  const { families } = await runBench(testHost, { ...options, cases: '^layer norm \\d+' })
  expect(families.map(({ cases }) => cases.map(({ name }) => name))).toEqual([['layer norm 8192 × 384']])
  await expect(runBench(testHost, { ...options, cases: 'none of these' })).rejects.toThrow(/none of these/)
})

it('begins no case when its time is up, and says how many are left out', async () => {
  const options = { contenders: [decant], size: 'small', families: ['elementwise'], effort: QUICK } as const
  const report = await runBench(testHost, { ...options, budgetMs: 0 })
  expect(report.families).toEqual([])
  expect(report.skipped).toBeGreaterThan(2)
})

it('gives its device back when it is stopped', async () => {
  const started: StartedContender[] = []
  let released = 0
  const noted: Contender = {
    ...decant,
    start: async (where) => {
      const contender = await decant.start(where)
      started.push(contender)
      const release = () => {
        released++
        return contender.release!()
      }
      return { ...contender, release }
    },
  }
  let checks = 0
  const checkpoint = async () => {
    if (++checks === 3) throw new StudioError('cancelled', 'Cancelled.')
  }
  const stopped = runBench(testHost, {
    contenders: [noted],
    size: 'small',
    families: ['elementwise'],
    effort: QUICK,
    watch: { checkpoint, progress: () => {} },
  })
  await expect(stopped).rejects.toMatchObject({ code: 'cancelled' })
  expect([started.length, released, checks]).toEqual([1, 1, 3])
  // Its buffers went with it: what it is asked for now fails.
  const task = { kind: 'gelu', rows: 1, cols: 1, epsilon: 0 } as const
  const one = Float32Array.of(1)
  const prepared = await started[0]!.prepare({ ...task, x: one, gamma: one, beta: one })
  const again = async () => {
    await prepared!.run()
    await prepared!.wait()
  }
  await expect(again()).rejects.toMatchObject({ code: 'device-lost' })
})
