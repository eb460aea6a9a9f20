// Checking an exported file: counts against rows whose answers are known from PyTorch.
import { expect, it } from 'vitest'
import { onnxRuntimeNode } from '../hosts/onnxruntime-node.ts'
import onnx from './onnx.export.ts'
import { architectureOf, goldenModel, memoryFolder, portable } from './testing.ts'
import { type RuntimeBatch, verifyExport } from './verify.ts'

async function golden() {
  const { spec, weights, ids, logits } = await goldenModel('tiny-bert')
  const folder = memoryFolder()
  const source = { architecture: architectureOf('bert'), model: portable(spec, weights) }
  const { file } = await onnx.write(source, 'fp32', folder)
  const batches = [ids.slice(0, 5), ids.slice(5)].map(padded)
  const predictions = logits.map((row) => row.indexOf(Math.max(...row)))
  return { bytes: folder.files.get(file)!, batches, predictions, logits: logits.flat() }
}

function padded(texts: readonly number[][]): RuntimeBatch {
  const tokens = Math.max(...texts.map((text) => text.length))
  const fill = (values: (text: readonly number[]) => readonly number[]) =>
    Uint32Array.from(texts.flatMap((text) => [...values(text), ...Array(tokens - text.length).fill(0)]))
  return {
    ids: fill((text) => text),
    mask: fill((text) => text.map(() => 1)),
    batch: texts.length,
    tokens,
  }
}

it('counts rows, agreement, accuracy of labelled rows, and the largest difference of a logit', async () => {
  const { bytes, batches, predictions, logits } = await golden()
  const wrongOnce = predictions.map((prediction, row) => (row === 3 ? (prediction + 1) % 5 : prediction))
  const labels = predictions.map((prediction, row) => (row < 4 ? -1 : row < 6 ? 4 - prediction : prediction))
  const right = labels.filter((label, row) => label === predictions[row]).length
  const progress: number[] = []
  const result = await verifyExport(
    onnxRuntimeNode(),
    bytes,
    batches,
    { predictions: wrongOnce, labels, logits },
    { onRows: (rows) => void progress.push(rows), timed: padded([[2, 5, 3]]) },
  )
  expect(result).toMatchObject({ n: 12, agreement: 11 / 12, accuracy: right / 8 })
  expect(result.runtime).toMatch(/^onnxruntime-node \d+\.\d+\.\d+/)
  expect(result.largestDifference).toBeLessThan(1e-4)
  expect(result.latency_ms).toMatchObject({ batch: 1, tokens: 3, p50: expect.any(Number) })
  expect(result.latency_ms!.p50).toBeGreaterThan(0)
  expect(progress).toEqual([5, 12])
})

it('leaves accuracy out without labels and stops when told to', async () => {
  const { bytes, batches, predictions } = await golden()
  const result = await verifyExport(onnxRuntimeNode(), bytes, batches, { predictions })
  expect(result).not.toHaveProperty('accuracy')
  const signal = AbortSignal.abort()
  await expect(
    verifyExport(onnxRuntimeNode(), bytes, batches, { predictions }, { signal }),
  ).rejects.toMatchObject({ name: 'AbortError' })
})

it('says why a damaged file does not open', async () => {
  const { bytes } = await golden()
  const half = bytes.slice(0, bytes.length / 2)
  await expect(onnxRuntimeNode().open(half)).rejects.toMatchObject({ code: 'export-mismatch' })
})
