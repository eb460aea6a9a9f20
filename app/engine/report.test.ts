// Reading report.json back: what the page shows of it is checked, the rest is carried along.
import { expect, test } from 'vitest'
import { parseReport } from './report.ts'

const ROW = {
  stage: 'quantize',
  scheme: 'W4A16',
  parameters: 1000,
  bytes: 700,
  n: 20,
  agreement: 0.95,
  accuracy: 0.9,
  latency_ms: { batch: 1, tokens: 8, p50: 1.5, p95: 2, samples: [1.5] },
}
const REPORT = { report_version: 1, adapter: { description: 'llvmpipe' }, rows: [ROW] }
const read = (changes: object) => parseReport(JSON.stringify({ ...REPORT, ...changes }), 'report.json')

test('a report reads as it was written', () => {
  expect(read({}).rows[0]).toEqual(ROW)
})

test.each<[string, object, string]>([
  ['another version', { report_version: 2 }, 'report.json: "report_version" is 2.'],
  ['no rows', { rows: [] }, 'report.json: "rows" is [].'],
  ['no adapter', { adapter: 'gpu' }, 'report.json: "adapter" is "gpu".'],
  ['a row of no stage', { rows: [{ ...ROW, stage: 'magic' }] }, 'report.json: rows[0]: "stage" is "magic".'],
  [
    'a size that is no number',
    { rows: [ROW, { ...ROW, bytes: '7' }] },
    'report.json: rows[1]: "bytes" is "7".',
  ],
  ['no latency', { rows: [{ ...ROW, latency_ms: {} }] }, 'report.json: rows[0]: "latency_ms" is {}.'],
])('%s is refused', (_, changes, message) => {
  expect(() => read(changes)).toThrow(message)
})
