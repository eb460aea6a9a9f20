// The tables of a report made by hand: rates, shares of roofs, ratios, and failures that are told with their reason.
import { expect, it } from 'vitest'
import type { Entry } from './measure.ts'
import { type BenchReport, reportText } from './report.ts'

const entry = (contender: string, samples: number[], fault?: string): Entry => ({
  contender,
  samples,
  repetitions: 1,
  firstMs: 1,
  error: 0.1,
  ...(fault ? { fault } : {}),
})

const REPORT: BenchReport = {
  date: '2026-01-02 03:04',
  size: 'small',
  rounds: 7,
  skipped: 0,
  adapter: { vendor: 'mesa', architecture: '', description: 'llvmpipe' },
  platform: { runtime: 'Chrome 1', driver: 'some driver' },
  processors: 2,
  contenders: [
    { id: 'decant', on: 'gpu', version: '' },
    { id: 'fast', on: 'gpu', version: '1.2' },
    { id: 'slow', on: 'gpu', version: '3.4' },
    { id: 'wasm', on: 'cpu', version: '5.6' },
    { id: 'absent', on: 'gpu', version: '7.8', fault: 'no module' },
  ],
  roofs: { fma: 4e9, copy: 2e9, dispatchUs: 12.3, roundTripUs: 150, barrierNs: 99.6 },
  engine: [
    { name: 'First step', value: 1.234, unit: 's', goal: '≤ 3' },
    { name: 'Throughput', value: 345.6, unit: 'tokens/s' },
  ],
  families: [
    {
      id: 'matmul',
      title: 'Products',
      unit: { name: 'GFLOP/s', scale: 1e9 },
      roof: 'fma',
      cases: [
        {
          name: 'first',
          work: 2e7,
          entries: [
            entry('decant', [10, 9, 20]),
            entry('fast', [20, 18, 30]),
            entry('slow', [80, 72, 80]),
            entry('wasm', [5, 4.5, 10]),
          ],
        },
        {
          name: 'second',
          work: 4e7,
          entries: [entry('decant', [10]), entry('fast', [80]), entry('slow', [], 'lost | device')],
        },
      ],
    },
  ],
}

const lines = reportText(REPORT).split('\n')

it('names adapter, driver, browser and date, and the roofs', () => {
  expect(lines[0]).toBe(
    '**mesa · llvmpipe** · some driver · Chrome 1 · 2 processors · 2026-01-02 03:04 · small form, 7 rounds',
  )
  expect(lines[2]).toContain('FMA 4.00 GFLOP/s · no f16 · no packed dot product · copy 2.00 GB/s')
  expect(lines[4]).toBe('decant, fast (1.2), slow (3.4), wasm (5.6), absent (7.8)')
})

it('gives median and minimum, the rate with its share of the roof, and ratios pair by pair', () => {
  expect(lines).toContain(
    '| first | 10.0 (9.00) | 2.00 | 50 % | 20.0 (18.0) (2.00×) | 80.0 (72.0) (8.00×) | 5.00 (4.50) (0.50×) |',
  )
  expect(lines).toContain('| second | 10.0 (10.0) | 4.00 | 100 % | 80.0 (80.0) (8.00×) | fails | none |')
})

it('gives what was measured of our own engine, with its goals', () => {
  expect(lines).toContain('| First step | 1.23 s | ≤ 3 |')
  expect(lines).toContain('| Throughput | 346 tokens/s |  |')
})

it('sums up against each rival, and against the fastest on the GPU of each case', () => {
  expect(lines).toContain('Against fast: 4.00× in the geometric mean of 2, least 2.00×.')
  expect(lines).toContain('Against wasm: 0.50× in the geometric mean of 1, least 0.50×.')
  expect(lines).toContain('Against the best rival on the GPU: 4.00× in the geometric mean of 2, least 2.00×.')
})

it('tells every failure with its reason', () => {
  expect(lines).toContain('absent does not run here: no module')
  expect(lines.some((line) => line.startsWith('Fails: second. slow: lost'))).toBe(true)
})

it('has as many cells in every row of a table as in its head', () => {
  const tables = reportText(REPORT)
    .split('\n\n')
    .filter((block) => block.startsWith('|'))
  expect(tables).toHaveLength(2)
  for (const table of tables) {
    const rows = table.trim().split('\n')
    expect(new Set(rows.map((line) => line.split('|').length)).size).toBe(1)
  }
})
