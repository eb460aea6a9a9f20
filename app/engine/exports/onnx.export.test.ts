// The ONNX export: golden models, pruned shapes and every precision, opened in ONNX Runtime.
import { describe, expect, it } from 'vitest'
import { type InputMap, referenceLogits } from '../fixtures/reference-forward.ts'
import { onnxRuntimeNode } from '../hosts/onnxruntime-node.ts'
import { type ModelSpec, type Role, roleShapes, type StorageFormat } from '../model/spec.ts'
import type { PortableModel } from './export.ts'
import onnx from './onnx.export.ts'
import { distance, F32, goldenModel, memoryFolder, portable, randomWeights, runTexts } from './testing.ts'

const runtime = onnxRuntimeNode()
const W8A8: StorageFormat = { ...F32, scheme: 'W8A8_DYNAMIC', embeddings: 'INT8' }
const W4A16: StorageFormat = { ...F32, scheme: 'W4A16', groupSize: 32, embeddings: 'INT8' }
const TEXTS = [[2, 5, 17, 99, 3], [2, 3], [2, 44, 45, 46, 47, 48, 49, 50, 3], [7]]

async function bytesOf(model: PortableModel, precision: string): Promise<Uint8Array> {
  const folder = memoryFolder()
  const { file, bytes } = await onnx.write(model, precision, folder)
  expect(folder.files.get(file)?.length).toBe(bytes)
  return folder.files.get(file)!
}

/** Floats of every weight as the model's codes have them. */
async function worth(model: PortableModel): Promise<(role: Role) => Float32Array> {
  const read = new Map<Role, Float32Array>()
  for (const role of roleShapes(model.spec).keys()) read.set(role, await model.read(role))
  return (role) => read.get(role)!
}

/** What DynamicQuantizeLinear makes of a whole tensor, as floats; all its arithmetic is in F32. */
const roundedByTensor: InputMap = (_, rows) => {
  const values = rows.flatMap((row) => [...row]).map(Math.fround)
  const low = Math.min(0, ...values)
  const high = Math.max(0, ...values)
  const scale = Math.fround(Math.fround(high - low) / 255)
  const clamp = (x: number) => Math.max(0, Math.min(255, roundToEven(x)))
  const zero = clamp(-low / scale)
  return rows.map((row) => row.map((x) => (clamp(Math.fround(Math.fround(x) / scale) + zero) - zero) * scale))
}

function roundToEven(x: number): number {
  const down = Math.floor(x)
  if (x - down !== 0.5) return Math.round(x)
  return down % 2 === 0 ? down : down + 1
}

const RAGGED: ModelSpec = {
  architecture: 'bert',
  hidden: 24,
  headSize: 6,
  vocabulary: 101,
  positions: 16,
  tokenTypes: 2,
  layers: [
    { heads: 3, ffn: 50 },
    { heads: 1, ffn: 7 },
    { heads: 0, ffn: 33 },
    { heads: 2, ffn: 0 },
    { heads: 0, ffn: 0 },
  ].map((layer, source) => ({ ...layer, source })),
  labels: ['a', 'b', 'c'],
  activation: 'gelu_tanh',
  poolerActivation: 'tanh',
  layerNormEpsilon: 1e-12,
}

describe.each(['tiny-bert', 'tiny-distilbert'] as const)('%s', (name) => {
  it('gives PyTorch’s logits in fp32, in one padded batch and text by text', async () => {
    const { spec, weights, ids, logits } = await goldenModel(name)
    const bytes = await bytesOf(portable(spec, weights), 'fp32')
    const batch = await runTexts(runtime, bytes, ids)
    batch.forEach((row, index) => expect(distance(row, logits[index]!)).toBeLessThan(1e-4))
    for (const [index, text] of ids.entries()) {
      const [alone] = await runTexts(runtime, bytes, [text])
      expect(distance(alone!, logits[index]!)).toBeLessThan(1e-4)
    }
  })

  it('gives what its own codes are worth in q8, and the reference is PyTorch’s without rounding', async () => {
    const { spec, weights, ids, logits } = await goldenModel(name)
    const model = portable(spec, weights, W8A8)
    const bytes = await bytesOf(model, 'q8')
    const codes = await worth(model)
    for (const [index, text] of ids.entries()) {
      expect(distance(referenceLogits(spec, weights, text), logits[index]!)).toBeLessThan(1e-4)
      const [row] = await runTexts(runtime, bytes, [text])
      console.log(
        name,
        index,
        'q8',
        distance(row!, referenceLogits(spec, codes, text, roundedByTensor)),
        distance(row!, logits[index]!),
      )
    }
  })

  it.each([16, 32, 64])('gives what its own codes are worth in q4 with groups of %i', async (groupSize) => {
    const { spec, weights, ids } = await goldenModel(name)
    const model = portable(spec, weights, { ...W4A16, groupSize })
    const bytes = await bytesOf(model, 'q4')
    const codes = await worth(model)
    const rows = await runTexts(runtime, bytes, ids)
    for (const [index, text] of ids.entries())
      expect(distance(rows[index]!, referenceLogits(spec, codes, text))).toBeLessThan(1e-3)
  })
})

describe.each(['gelu', 'gelu_tanh', 'relu'] as const)('a ragged pruned model with %s', (activation) => {
  const spec: ModelSpec = { ...RAGGED, activation }
  it.each([
    ['fp32', F32, 1e-4],
    ['q4', W4A16, 1e-3],
  ] as const)('equals the F64 reference in %s', async (precision, format, tolerance) => {
    const model = portable(spec, randomWeights(spec, 7), format)
    const rows = await runTexts(runtime, await bytesOf(model, precision), TEXTS)
    const codes = await worth(model)
    rows.forEach((row, index) => {
      console.log(activation, precision, distance(row, referenceLogits(spec, codes, TEXTS[index]!)))
      expect(distance(row, referenceLogits(spec, codes, TEXTS[index]!))).toBeLessThan(tolerance)
    })
  })
  it('q8', async () => {
    const model = portable(spec, randomWeights(spec, 7), W8A8)
    const bytes = await bytesOf(model, 'q8')
    const codes = await worth(model)
    for (const text of TEXTS) {
      const [row] = await runTexts(runtime, bytes, [text])
      console.log(
        activation,
        'q8',
        distance(row!, referenceLogits(spec, codes, text, roundedByTensor)),
        distance(row!, referenceLogits(spec, codes, text)),
      )
    }
  })
})
