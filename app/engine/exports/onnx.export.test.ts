// The ONNX export: golden models, pruned shapes and every precision, opened in ONNX Runtime.
import { InferenceSession, Tensor } from 'onnxruntime-node'
import { describe, expect, it } from 'vitest'
import { normalAt } from '../base/random.ts'
import { GraphBuilder, joinParts } from '../formats/onnx/graph.ts'
import { onnxRuntimeNode } from '../hosts/onnxruntime-node.ts'
import { referenceLogits } from '../model/forward.ref.ts'
import type { PortableModel } from '../model/portable.ts'
import { linearLayerOf, type ModelSpec, type Role, roleShapes, type StorageFormat } from '../model/spec.ts'
import { INT8_FORM } from './linear-forms.ts'
import onnx from './onnx.export.ts'
import { quantizeWithoutClipping } from './quantize-weights.ts'
import {
  architectureOf,
  dequantize,
  distance,
  F32,
  goldenModel,
  memoryFolder,
  portable,
  randomWeights,
  roundedByTensor,
  runTexts,
} from './testing.ts'

const runtime = onnxRuntimeNode()
const W8A8: StorageFormat = { ...F32, scheme: 'W8A8_DYNAMIC', embeddings: 'INT8' }
const W4A16: StorageFormat = { ...F32, scheme: 'W4A16', groupSize: 32, embeddings: 'INT8' }
const TEXTS = [[2, 5, 17, 99, 3], [2, 3], [2, 44, 45, 46, 47, 48, 49, 50, 3], [7]]

/** Every kind of cut: fewer heads, odd widths, a layer without heads, one without neurons, one without either. */
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
  activation: 'gelu',
  poolerActivation: 'tanh',
  layerNormEpsilon: 1e-12,
}

async function bytesOf(model: PortableModel, precision: string): Promise<Uint8Array<ArrayBuffer>> {
  const folder = memoryFolder()
  const architecture = architectureOf(model.spec.architecture)
  const { file, bytes } = await onnx.write({ architecture, model }, precision, folder)
  expect(folder.files.get(file)?.length).toBe(bytes)
  return folder.files.get(file)!
}

/** Floats of every weight as the file has them. */
async function storedWeights(model: PortableModel, precision: string) {
  const stored = new Map<Role, Float32Array>()
  for (const [role, [, columns = 0]] of roleShapes(model.spec)) {
    const values = await model.read(role)
    const layer = linearLayerOf(role)
    const isRounded = precision === 'q8' && layer && !model.format.isExempt(layer) && values.length > 0
    stored.set(role, isRounded ? dequantize(quantizeWithoutClipping(values, columns), columns) : values)
  }
  return (role: Role) => stored.get(role)!
}

describe.each(['tiny-bert', 'tiny-distilbert'] as const)('%s', (name) => {
  it('gives PyTorch’s logits in fp32, in one padded batch and text by text', async () => {
    const { spec, weights, ids, logits } = await goldenModel(name)
    const bytes = await bytesOf(portable(spec, weights), 'fp32')
    const batch = await runTexts(runtime, bytes, ids)
    for (const [index, text] of ids.entries()) {
      expect(distance(batch[index]!, logits[index]!)).toBeLessThan(1e-4)
      expect(distance((await runTexts(runtime, bytes, [text]))[0]!, logits[index]!)).toBeLessThan(1e-4)
    }
  })

  it('has the inputs that its tokenizer fills', async () => {
    const { spec, weights } = await goldenModel(name)
    const session = await InferenceSession.create(await bytesOf(portable(spec, weights), 'fp32'))
    const types = name === 'tiny-bert' ? ['token_type_ids'] : []
    expect(session.inputNames).toEqual(['input_ids', 'attention_mask', ...types])
    expect(session.outputNames).toEqual(['logits'])
  })

  it('gives in q8 what integer arithmetic on its codes gives', async () => {
    const { spec, weights, ids, logits } = await goldenModel(name)
    const model = portable(spec, weights, W8A8)
    const bytes = await bytesOf(model, 'q8')
    const stored = await storedWeights(model, 'q8')
    const distances = []
    for (const [index, text] of ids.entries()) {
      const [row] = await runTexts(runtime, bytes, [text])
      distances.push(distance(row!, referenceLogits(spec, stored, text, roundedByTensor)))
      expect(row!.indexOf(Math.max(...row!))).toBe(logits[index]!.indexOf(Math.max(...logits[index]!)))
    }
    // An activation on the edge between two codes may fall to either side, which moves a logit by up to 0.02; most
    // texts have none. Measured: 1e-6 for all texts.
    expect(Math.max(...distances)).toBeLessThan(0.02)
    expect(distances.filter((value) => value < 1e-4).length).toBeGreaterThan(distances.length / 2)
  })

  it.each([16, 32, 64])('gives in q4 what its own codes in groups of %i are worth', async (groupSize) => {
    const { spec, weights, ids } = await goldenModel(name)
    const model = portable(spec, weights, { ...W4A16, groupSize })
    const rows = await runTexts(runtime, await bytesOf(model, 'q4'), ids)
    const stored = await storedWeights(model, 'q4')
    for (const [index, text] of ids.entries())
      expect(distance(rows[index]!, referenceLogits(spec, stored, text))).toBeLessThan(1e-4)
  })
})

describe.each(['gelu', 'gelu_tanh', 'relu'] as const)('a ragged pruned model with %s', (activation) => {
  const spec: ModelSpec = { ...RAGGED, activation }
  const exempt: StorageFormat = { ...W4A16, isExempt: (layer) => layer === 'layers.0.ffn_up' }
  it.each([
    ['fp32', F32],
    ['q4', W4A16],
    ['q4', exempt],
  ] as const)('equals the F64 reference in %s', async (precision, format) => {
    const model = portable(spec, randomWeights(spec, 7), format)
    const rows = await runTexts(runtime, await bytesOf(model, precision), TEXTS)
    const stored = await storedWeights(model, precision)
    for (const [index, text] of TEXTS.entries())
      expect(distance(rows[index]!, referenceLogits(spec, stored, text))).toBeLessThan(1e-4)
  })

  it('is near the F64 reference on the same weights in q8', async () => {
    const model = portable(spec, randomWeights(spec, 7), W8A8)
    const rows = await runTexts(runtime, await bytesOf(model, 'q8'), TEXTS)
    const stored = await storedWeights(model, 'q8')
    // Activations are rounded to 8 bits; the logits are about 1. Measured: 0.05.
    for (const [index, text] of TEXTS.entries())
      expect(distance(rows[index]!, referenceLogits(spec, stored, text))).toBeLessThan(0.1)
  })
})

it('shrinks linear layers and word embeddings, and keeps exempt layers in F32', async () => {
  const { spec, weights } = await goldenModel('tiny-bert')
  const size = async (precision: string, isExempt = (_: string) => false) =>
    (await bytesOf(portable(spec, weights, { ...F32, isExempt }), precision)).length
  const [fp32, q8, q4] = [await size('fp32'), await size('q8'), await size('q4')]
  expect(q8).toBeLessThan(fp32 * 0.5)
  expect(q4).toBeLessThan(q8)
  const ffnUp = 64 * 32
  expect((await size('q8', (layer) => layer === 'layers.0.ffn_up')) - q8).toBeGreaterThan(2.5 * ffnUp)
})

it('multiplies integers exactly in a q8 linear layer of extreme activations and weights', async () => {
  const [rows, inner, outputs] = [5, 67, 31]
  const input = Float32Array.from({ length: rows * inner }, (_, i) => (i % 3 ? 2.55 : normalAt(1, i)))
  const weights = Float32Array.from({ length: outputs * inner }, (_, i) => (i % 5 ? 1 : normalAt(2, i)))
  const model: PortableModel = {
    spec: RAGGED,
    format: F32,
    read: async (role) => (role.endsWith('weight') ? weights : new Float32Array(outputs)),
    quantized: async () => undefined,
  }
  const graph = new GraphBuilder('one layer')
  const x = graph.input('x', 'float32', ['rows', inner])
  const y = await INT8_FORM.linear(graph, model, { layer: 'pooler', input: x, inner, outputs })
  graph.output(y, 'float32', ['rows', outputs])
  const session = await InferenceSession.create(joinParts(graph.finish()))
  const result = await session.run({ x: new Tensor('float32', input, [rows, inner]) })
  const stored = dequantize(quantizeWithoutClipping(weights, inner), inner)
  const rounded = roundedByTensor('pooler', split(input, inner))
  const expected = rounded.flatMap((row) =>
    split(stored, inner).map((weight) => row.reduce((sum, value, k) => sum + value * weight[k]!, 0)),
  )
  expect(distance(result[y]!.data as Float32Array, expected)).toBeLessThan(1e-4)
})

function split(values: Float32Array, columns: number): Float64Array[] {
  return Array.from({ length: values.length / columns }, (_, row) =>
    Float64Array.from(values.subarray(row * columns, (row + 1) * columns)),
  )
}

it('names the precisions that it has when asked for another', () => {
  expect(() => onnx.fileOf(RAGGED, 'fp16')).toThrow(/fp16.*fp32, q8, q4/)
})
