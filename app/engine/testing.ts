// For tests only: models from plain weights and back, digests of weights, and small tables of the fixtures' labels.
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Gpu } from '../../kernels/runtime/gpu.ts'
import { upload } from '../../kernels/runtime/tensor.ts'
import { memorySource } from './base/bytes.ts'
import { randomAt } from './base/random.ts'
import { openTable } from './data/open-table.ts'
import type { Table } from './data/table.ts'
import type { Weights } from './exports/testing.ts'
import { FIXTURES } from './formats/testing.ts'
import { holdModel, type Model, type Weight } from './model/model.ts'
import { portableModel } from './model/portable.ts'
import { FLOAT_FORMAT, type ModelSpec, type Role, roleShapes } from './model/spec.ts'

/** An F32 model of the weights given. */
export function uploadModel(gpu: Gpu, spec: ModelSpec, weights: Weights): Model {
  const held = new Map<Role, Weight>()
  for (const [role, shape] of roleShapes(spec))
    held.set(role, {
      kind: 'dense',
      tensor: upload(gpu, 'f32', weights(role), { shape, owner: 'weights' }),
    })
  return holdModel({ spec, format: FLOAT_FORMAT, weights: held })
}

/** What a model's weights are worth, quantized ones as their codes say. */
export async function weightsOf(gpu: Gpu, model: Model): Promise<Weights> {
  const portable = portableModel(gpu, model)
  const values = new Map<Role, Float32Array<ArrayBuffer>>()
  for (const role of roleShapes(model.spec).keys()) values.set(role, await portable.read(role))
  return (role) => values.get(role)!
}

/** SHA-256 over the bits of all weights: equal digests, equal models. */
export async function weightDigest(gpu: Gpu, model: Model): Promise<string> {
  const weights = await weightsOf(gpu, model)
  const hash = createHash('sha256')
  for (const role of roleShapes(model.spec).keys()) hash.update(weights(role))
  return hash.digest('hex')
}

/** Token ids of the twelve golden texts. */
export function goldenTexts(name = 'tiny-bert'): Uint32Array<ArrayBuffer>[] {
  const { models } = JSON.parse(readFileSync(join(FIXTURES, 'golden-logits.json'), 'utf8')) as {
    models: Record<string, { input_ids: number[][] }>
  }
  return models[name]!.input_ids.map((ids) => Uint32Array.from(ids))
}

export interface Message {
  readonly text: string
  readonly label: string
}

/** Words of the fixtures' vocabulary that go with each of their labels. */
const TOPICS: Readonly<Record<string, readonly string[]>> = {
  billing: ['card', 'charge', 'invoice', 'price', 'fee', 'payment'],
  delivery: ['late', 'package', 'delivery', 'address', 'order', 'lost'],
  login: ['password', 'login', 'email', 'change', 'phone'],
  refund: ['refund', 'return', 'money', 'back', 'broken'],
  other: ['hello', 'thank', 'support', 'agent', 'help'],
}
const FILLERS = ['my', 'the', 'is', 'not', 'please', 'i', 'when', 'why', 'a', 'it']

/** Messages of 2 to 11 words with a label each, the same for the same seed. */
export function messages(count: number, seed: number): Message[] {
  const labels = Object.keys(TOPICS)
  return Array.from({ length: count }, (_, row) => {
    let draws = 0
    const pick = <T>(values: readonly T[]): T =>
      values[Math.floor(randomAt(seed, row * 64 + draws++) * values.length)]!
    const label = pick(labels)
    const words = 2 + Math.floor(randomAt(seed, row * 64 + 63) * 10)
    const text = Array.from({ length: words }, (_, word) => pick(word % 2 === 0 ? TOPICS[label]! : FILLERS))
    return { text: text.join(' '), label }
  })
}

/** The table that a file of these rows is opened as. */
export function tableOf(rows: readonly Message[], name = 'train.csv'): Promise<Table> {
  return openTable(memorySource(name, new TextEncoder().encode(csvOf(rows))))
}

/** CSV text with the columns `text` and `label`. */
export function csvOf(rows: readonly Message[]): string {
  return `${['text,label', ...rows.map(({ text, label }) => `"${text}",${label}`)].join('\n')}\n`
}
