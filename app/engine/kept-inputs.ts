// Model and tables of a kept session, copied so that they can be opened again without the user's files.
//   inputs/model/<path>      the files that a model is read from
//   inputs/train.json, test.json   the tables, as columns and rows

import {
  type ByteSource,
  type Folder,
  memorySource,
  named,
  type OutputFolder,
  readText,
} from './base/bytes.ts'
import { StudioError } from './base/errors.ts'
import type { Table } from './data/dataset.ts'
import { parseJsonObject } from './formats/json.ts'
import type { DataRecipe } from './protocol.ts'
import { inputDigest, modelInputs } from './stage-store.ts'

/** What is open, as it can be opened once more. */
export interface OpenInputs {
  readonly model: Folder
  readonly tables: { readonly train?: Table; readonly test?: Table }
  readonly data: Partial<DataRecipe>
  /** Decides which rows are held out. */
  readonly seed: number
  /** The sample's tables are replaced by the user's, not joined with them. */
  readonly isSample: boolean
}

const MODEL = 'inputs/model/'
const COPY_BYTES = 4 * 1024 * 1024

/** Digest of everything that results depend on; whatever format a table had, its columns and rows count. */
export async function openInputsDigest({ model, tables }: OpenInputs): Promise<string> {
  const { train, test } = tables
  const known = digests.get(model)
  if (known && known.train === train && known.test === test) return known.digest
  const digest = await digestOf({ model, tables })
  digests.set(model, { train, test, digest })
  return digest
}

/** Files and tables that are open do not change, and a slider that is let go asks each time. */
const digests = new WeakMap<Folder, { train: Table | undefined; test: Table | undefined; digest: string }>()

function digestOf({ model, tables: { train, test } }: Pick<OpenInputs, 'model' | 'tables'>): Promise<string> {
  return inputDigest({
    model,
    ...(train ? { train: tableSource('train', train) } : {}),
    ...(test ? { test: tableSource('test', test) } : {}),
  })
}

function tableSource(role: string, { name, columns, rows }: Table): ByteSource {
  return memorySource(`${role}.json`, new TextEncoder().encode(JSON.stringify({ name, columns, rows })))
}

/** Bytes that `keepInputs` writes. */
export function inputBytes({ model, tables }: OpenInputs): number {
  const sources = [...modelInputs(model), ...tableSources(tables)]
  return sources.reduce((sum, { size }) => sum + size, 0)
}

function tableSources({ train, test }: OpenInputs['tables']): ByteSource[] {
  return [...(train ? [tableSource('train', train)] : []), ...(test ? [tableSource('test', test)] : [])]
}

export async function keepInputs(output: OutputFolder, { model, tables }: OpenInputs): Promise<void> {
  for (const source of modelInputs(model)) await copy(source, output, `${MODEL}${source.name}`)
  for (const source of tableSources(tables)) await copy(source, output, `inputs/${source.name}`)
}

async function copy(source: ByteSource, output: OutputFolder, name: string): Promise<void> {
  const sink = await output.create(name)
  try {
    for (let at = 0; at < source.size; at += COPY_BYTES)
      await sink.write(await source.read(at, Math.min(source.size, at + COPY_BYTES)))
    await sink.close()
  } catch (error) {
    await sink.abort()
    throw error
  }
}

/** @throws StudioError `storage` when the files are not those that were kept */
export async function readInputs(
  folder: Folder,
  {
    name,
    digest,
    ...rest
  }: Pick<OpenInputs, 'data' | 'seed' | 'isSample'> & { name: string; digest: string },
): Promise<OpenInputs> {
  const files = [...folder.files].flatMap(([path, source]): [string, ByteSource][] => {
    if (!path.startsWith(MODEL)) return []
    const inner = path.slice(MODEL.length)
    return [[inner, named(inner, source)]]
  })
  const [train, test] = await Promise.all(['train', 'test'].map((role) => readTable(folder, role)))
  const inputs = {
    ...rest,
    model: { name, files: new Map(files) },
    tables: { ...(train ? { train } : {}), ...(test ? { test } : {}) },
  }
  if ((await openInputsDigest(inputs)) === digest) return inputs
  throw new StudioError('storage', `The kept copies of ${name} and its data are damaged.`)
}

async function readTable(folder: Folder, role: string): Promise<Table | undefined> {
  const source = folder.files.get(`inputs/${role}.json`)
  if (!source) return undefined
  return parseJsonObject(await readText(source), source.name) as unknown as Table
}
