// A look at a large checkpoint: its header says everything, and no byte of a tensor is read.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { testGpu } from '../../kernels/runtime/testing.ts'
import type { ByteSource } from './base/bytes.ts'
import { writeSparseCheckpoint } from './fixtures/sparse-checkpoint.ts'
import { readFolder } from './hosts/node-files.ts'
import { inspectModel } from './inspect.ts'

const BERT_LARGE = { hidden: 1024, layers: 24, heads: 16, ffn: 4096, vocabulary: 30_522 }
const WEIGHTS = 'model.safetensors'

const folder = await mkdtemp(join(tmpdir(), 'decant-inspect-'))
afterAll(() => rm(folder, { recursive: true }))

test('a checkpoint of 1.3 GB is inspected without a byte of its tensors', async () => {
  const bytes = await writeSparseCheckpoint(folder, BERT_LARGE)
  const { name, files } = await readFolder(folder)
  const read: [start: number, end: number][] = []
  const weights = watched(files.get(WEIGHTS)!, (start, end) => read.push([start, end]))
  const { model, fit } = await inspectModel(
    { name, files: new Map(files).set(WEIGHTS, weights) },
    await testGpu(),
  )

  expect(bytes).toBeGreaterThan(1.3e9)
  const tensorBytes = 4 * model.parameters
  expect(tensorBytes).toBeGreaterThan(1.3e9)
  expect(Math.max(...read.map(([, end]) => end))).toBe(bytes - tensorBytes)
  expect(fit.map(({ task, needed }) => [task, needed > tensorBytes])).toEqual([
    ['run', true],
    ['distill', true],
    ['export', true],
  ])
})

function watched(source: ByteSource, onRead: (start: number, end: number) => void): ByteSource {
  return {
    ...source,
    read: (start, end) => {
      onRead(start, end)
      return source.read(start, end)
    },
  }
}
