// What export tests share: golden and made-up models as a PortableModel, folders in memory, ONNX Runtime on one text.
import { readFile } from 'node:fs/promises'
import type { Architecture } from '../archs/arch.ts'
import bert from '../archs/bert.arch.ts'
import distilbert from '../archs/distilbert.arch.ts'
import { openCheckpoint } from '../archs/load-plan.ts'
import { type ByteSource, type Folder, memorySource, type OutputFolder } from '../base/bytes.ts'
import { deriveSeed, normalAt } from '../base/random.ts'
import { readTensorWhole } from '../formats/tensor-data.ts'
import type { InputMap } from '../model/forward.ref.ts'
import type { PortableModel, QuantizedWeight } from '../model/portable.ts'
import { linearLayerOf, type ModelSpec, type Role, roleShapes, type StorageFormat } from '../model/spec.ts'
import { quantizeWeights } from './quantize-weights.ts'
import type { InferenceRuntime } from './verify.ts'

export type Weights = (role: Role) => Float32Array<ArrayBuffer>

export const F32: StorageFormat = { scheme: 'F32', groupSize: 0, embeddings: 'F32', isExempt: () => false }

const FIXTURES = new URL('../fixtures/', import.meta.url)

/** A golden tiny model with the token ids and PyTorch's logits of twelve texts. The two have the same sizes. */
export async function goldenModel(name: 'tiny-bert' | 'tiny-distilbert') {
  const golden = JSON.parse(await readFile(new URL('golden-logits.json', FIXTURES), 'utf8')) as {
    models: Record<string, { input_ids: number[][]; logits: number[][] }>
  }
  const files = new Map<string, ByteSource>()
  for (const file of ['config.json', 'model.safetensors', 'tokenizer.json', 'tokenizer_config.json'])
    files.set(file, memorySource(file, new Uint8Array(await readFile(new URL(`${name}/${file}`, FIXTURES)))))
  const folder: Folder = { name, files }
  const { spec, config, table, plan } = await openCheckpoint(folder, architectureOf)
  const stored = new Map<Role, Float32Array<ArrayBuffer>>()
  for (const [role, { names }] of plan)
    stored.set(role, concatenate(await Promise.all(names.map((tensor) => readTensorWhole(table, tensor)))))
  const weights: Weights = (role) => stored.get(role)!
  const { input_ids: ids, logits } = golden.models[name]!
  return { folder, config, spec, weights, ids, logits }
}

export function architectureOf(id: string): Architecture {
  return id === 'bert' ? bert : distilbert
}

function concatenate(parts: readonly Float32Array<ArrayBuffer>[]): Float32Array<ArrayBuffer> {
  return Float32Array.from(parts.flatMap((part) => [...part]))
}

/** A model of any shape with normal weights of deviation 0.25 (norm scales around 1). */
export function randomWeights(spec: ModelSpec, seed: number): Weights {
  const stored = new Map<Role, Float32Array<ArrayBuffer>>()
  for (const [role, shape] of roleShapes(spec)) {
    const base = role.endsWith('norm.weight') ? 1 : 0
    const own = deriveSeed(seed, role)
    const length = shape.reduce((product, size) => product * size, 1)
    stored.set(
      role,
      Float32Array.from({ length }, (_, index) => base + 0.25 * normalAt(own, index)),
    )
  }
  return (role) => stored.get(role)!
}

/** `weights` kept as `format` says: codes as the engine would hold them, floats that they are worth. */
export function portable(spec: ModelSpec, weights: Weights, format: StorageFormat = F32): PortableModel {
  const shapes = roleShapes(spec)
  const quantized = (role: Role) => {
    const columns = shapes.get(role)?.[1] ?? 0
    const layer = linearLayerOf(role)
    const wide = role === 'embeddings.word' && format.embeddings === 'INT8'
    const narrow = layer !== undefined && format.scheme !== 'F32' && !format.isExempt(layer)
    if (!wide && !narrow) return undefined
    return wide || format.scheme === 'W8A8_DYNAMIC'
      ? quantizeWeights(weights(role), columns, 8, columns)
      : quantizeWeights(weights(role), columns, 4, format.groupSize)
  }
  return {
    spec,
    format,
    read: async (role) => {
      const codes = quantized(role)
      return codes ? dequantize(codes, shapes.get(role)![1]!) : weights(role)
    },
    quantized: async (role) => quantized(role),
  }
}

export function dequantize(weight: QuantizedWeight, columns: number): Float32Array<ArrayBuffer> {
  const groups = Math.ceil(columns / weight.groupSize)
  return Float32Array.from(weight.codes, (code, at) => {
    const group = Math.floor((at % columns) / weight.groupSize)
    return code * weight.scales[Math.floor(at / columns) * groups + group]!
  })
}

export function memoryFolder(): OutputFolder & { readonly files: Map<string, Uint8Array<ArrayBuffer>> } {
  const files = new Map<string, Uint8Array<ArrayBuffer>>()
  return {
    files,
    create: async (name) => {
      const parts: Uint8Array<ArrayBuffer>[] = []
      return {
        write: async (bytes) => void parts.push(bytes.slice()),
        close: async () => void files.set(name, new Uint8Array(await new Blob(parts).arrayBuffer())),
        abort: async () => void files.delete(name),
      }
    },
    remove: async (name) => void files.delete(name),
  }
}

/** Logits of every text in one batch, padded on the right with id 0. */
export async function runTexts(
  runtime: InferenceRuntime,
  bytes: Uint8Array,
  texts: readonly (readonly number[])[],
): Promise<Float32Array[]> {
  const tokens = Math.max(...texts.map((text) => text.length))
  const ids = new Uint32Array(texts.length * tokens)
  const mask = new Uint32Array(texts.length * tokens)
  texts.forEach((text, row) => {
    ids.set(text, row * tokens)
    mask.fill(1, row * tokens, row * tokens + text.length)
  })
  const opened = await runtime.open(bytes)
  const logits = await opened.run({ ids, mask, batch: texts.length, tokens })
  await opened.close()
  const classes = logits.length / texts.length
  return texts.map((_, row) => logits.slice(row * classes, (row + 1) * classes))
}

/** Largest absolute difference; NaN when any value is. */
export function distance(left: ArrayLike<number>, right: ArrayLike<number>): number {
  if (left.length !== right.length) return Number.NaN
  return Math.max(...Array.from(left, (value, index) => Math.abs(value - right[index]!)))
}

/** What DynamicQuantizeLinear makes of a whole tensor, as floats: its range with 0 in it, in 255 steps, all in F32. */
export const roundedByTensor: InputMap = (_, rows) => {
  const values = rows.flatMap((row) => [...row]).map(Math.fround)
  const low = Math.min(0, ...values)
  const high = Math.max(0, ...values)
  const scale = Math.fround(Math.fround(high - low) / 255)
  const clamp = (x: number) => Math.max(0, Math.min(255, x))
  const zero = clamp(roundToEven(Math.fround(-low / scale)))
  const code = (x: number) => clamp(roundToEven(Math.fround(Math.fround(x) / scale)) + zero)
  return rows.map((row) => row.map((x) => (code(x) - zero) * scale))
}

function roundToEven(x: number): number {
  const down = Math.floor(x)
  if (x - down !== 0.5) return Math.round(x)
  return down % 2 === 0 ? down : down + 1
}
