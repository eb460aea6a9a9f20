// Whole classifiers off the GPU: the sample that is served with the page, and random weights of well-known sizes.
import bert from '../../app/engine/archs/bert.arch.ts'
import { openCheckpoint } from '../../app/engine/archs/load-plan.ts'
import { memorySource } from '../../app/engine/base/bytes.ts'
import { deriveSeed, normalAt, randomAt } from '../../app/engine/base/random.ts'
import { elementCount } from '../../app/engine/base/shape.ts'
import { readTensorWhole } from '../../app/engine/formats/tensor-data.ts'
import { referenceLogits } from '../../app/engine/model/forward.ref.ts'
import type { PortableModel } from '../../app/engine/model/portable.ts'
import {
  FLOAT_FORMAT,
  linearLayerOf,
  type ModelSpec,
  type Role,
  roleShapes,
} from '../../app/engine/model/spec.ts'
import type { BenchHost } from './contender.ts'

/** A classifier with all its weights in memory. */
export interface HeldModel extends PortableModel {
  readonly weights: ReadonlyMap<Role, Float32Array<ArrayBuffer>>
}

function held(spec: ModelSpec, weights: ReadonlyMap<Role, Float32Array<ArrayBuffer>>): HeldModel {
  return {
    spec,
    format: FLOAT_FORMAT,
    weights,
    read: async (role) => weights.get(role)!,
    quantized: async () => undefined,
  }
}

const SAMPLE_FILES = ['config.json', 'model.safetensors', 'tokenizer.json', 'tokenizer_config.json']

export async function sampleModel(host: BenchHost): Promise<HeldModel> {
  const files = await Promise.all(
    SAMPLE_FILES.map(async (name) => memorySource(name, await host.readFile(`sample/model/${name}`))),
  )
  const folder = { name: 'sample', files: new Map(files.map((file) => [file.name, file])) }
  const { spec, table, plan } = await openCheckpoint(folder, () => bert)
  const weights = new Map<Role, Float32Array<ArrayBuffer>>()
  for (const [role, { names }] of plan) {
    const parts = await Promise.all(names.map((name) => readTensorWhole(table, name)))
    const whole = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0))
    parts.reduce((at, part) => {
      whole.set(part, at)
      return at + part.length
    }, 0)
    weights.set(role, whole)
  }
  return held(spec, weights)
}

/** Linear weights uniform in ±1/√in, tables and biases small, norms around 1. */
export function randomModel(spec: ModelSpec, seed: number): HeldModel {
  const weights = new Map<Role, Float32Array<ArrayBuffer>>()
  for (const [role, shape] of roleShapes(spec)) {
    const own = deriveSeed(seed, role)
    const bound = linearLayerOf(role) ? 1 / Math.sqrt(shape[1]!) : 0.05
    const base = role.endsWith('norm.weight') ? 1 : 0
    const valueAt = linearLayerOf(role)
      ? (i: number) => bound * (2 * randomAt(own, i) - 1)
      : (i: number) => base + bound * normalAt(own, i)
    weights.set(
      role,
      Float32Array.from({ length: elementCount(shape) }, (_, i) => valueAt(i)),
    )
  }
  return held(spec, weights)
}

/** A BERT of equal layers. */
export function bertSpec(sizes: {
  layers: number
  hidden: number
  vocabulary: number
  labels: number
  tokenTypes: number
}): ModelSpec {
  const { hidden, vocabulary, tokenTypes } = sizes
  const headSize = hidden / 12
  return {
    architecture: tokenTypes > 0 ? 'bert' : 'distilbert',
    hidden,
    headSize,
    vocabulary,
    positions: 512,
    tokenTypes,
    layers: Array.from({ length: sizes.layers }, (_, source) => ({ heads: 12, ffn: 4 * hidden, source })),
    labels: Array.from({ length: sizes.labels }, (_, i) => `label ${i}`),
    activation: 'gelu',
    poolerActivation: tokenTypes > 0 ? 'tanh' : 'relu',
    layerNormEpsilon: 1e-12,
  }
}

/** Seeded token ids [batch, tokens] without padding. */
export function randomIds(spec: ModelSpec, batch: number, tokens: number): Uint32Array<ArrayBuffer> {
  return Uint32Array.from({ length: batch * tokens }, (_, i) => Math.floor(randomAt(91, i) * spec.vocabulary))
}

/** Logits of one text of a batch in f64. */
export function referenceOf(model: HeldModel, ids: Uint32Array, text: number, tokens: number): Float64Array {
  const own = ids.subarray(text * tokens, (text + 1) * tokens)
  return referenceLogits(model.spec, (role) => model.weights.get(role)!, own)
}
