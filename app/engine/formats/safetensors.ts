// safetensors headers: where each tensor's bytes lie, with every size checked before anything is allocated.
//
// Bytes of a file:
//   0        8        u64 N, little-endian: bytes of the header
//   8        N        JSON: { "__metadata__"?: { string: string }, name: { dtype, shape, data_offsets } }
//   8 + N    …        tensor data, little-endian; data_offsets count from here, without gaps or overlaps
import type { ByteSource } from '../base/bytes.ts'
import { StudioError } from '../base/errors.ts'
import { isRecord, parseJsonObject } from './json.ts'

/** Bytes of one element by dtype. */
const DTYPE_BYTES: Readonly<Record<string, number>> = {
  F64: 8,
  F32: 4,
  F16: 2,
  BF16: 2,
  F8_E4M3: 1,
  F8_E5M2: 1,
  I64: 8,
  I32: 4,
  I16: 2,
  I8: 1,
  U64: 8,
  U32: 4,
  U16: 2,
  U8: 1,
  BOOL: 1,
}

/** 200,000 tensors fit; BERT-large needs 40 KB. */
export const MAX_HEADER_BYTES = 25_000_000
const MAX_DIMENSIONS = 8

/** One tensor in a file: bytes [start, end) of `source`. */
export interface TensorEntry {
  readonly source: ByteSource
  readonly dtype: string
  readonly shape: readonly number[]
  readonly start: number
  readonly end: number
}

/** Tensors of a checkpoint by name, from one file or from several shards. */
export interface TensorTable {
  /** File that errors name. */
  readonly name: string
  readonly tensors: ReadonlyMap<string, TensorEntry>
  /** `__metadata__` of the file; empty for shards. */
  readonly metadata: Readonly<Record<string, string>>
}

/**
 * Reads the header of a file and nothing else.
 * @throws StudioError `safetensors-invalid`, naming the file, the tensor and the numbers that disagree.
 */
export async function readSafetensorsHeader(source: ByteSource): Promise<TensorTable> {
  const length = await readHeaderLength(source)
  const header = parseHeader(await readExactly(source, 8, 8 + length), source.name)
  const tensors = new Map<string, TensorEntry>()
  let metadata: Readonly<Record<string, string>> = {}
  for (const [name, info] of Object.entries(header)) {
    if (name === '__metadata__') metadata = checkMetadata(info, source.name)
    else tensors.set(name, parseEntry({ source, dataStart: 8 + length, name, info }))
  }
  checkCoverage(source, 8 + length, tensors)
  return { name: source.name, tensors, metadata }
}

/**
 * Bytes [start, end) of a source, all of them.
 * @throws StudioError `file-unreadable` when fewer come back, naming both counts.
 */
export async function readExactly(
  source: ByteSource,
  start: number,
  end: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = await source.read(start, end)
  if (bytes.length === end - start) return bytes
  throw new StudioError(
    'file-unreadable',
    `${source.name} gave ${bytes.length} bytes at ${start}, not ${end - start}; did the file change?`,
  )
}

function fail(file: string, what: string): never {
  throw new StudioError('safetensors-invalid', `${file}: ${what}.`)
}

/** A name as errors show it: quoted, and cut when a damaged header makes it huge. */
function show(name: unknown): string {
  const text = JSON.stringify(name) ?? String(name)
  return text.length > 120 ? `${text.slice(0, 120)}…` : text
}

async function readHeaderLength(source: ByteSource): Promise<number> {
  if (source.size < 8) fail(source.name, `the file has ${source.size} bytes; a header needs at least 8`)
  const bytes = await readExactly(source, 0, 8)
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true))
  if (length > source.size - 8)
    fail(source.name, `the header claims ${length} bytes, but ${source.size - 8} follow in the file`)
  if (length > MAX_HEADER_BYTES)
    fail(source.name, `the header has ${length} bytes; at most ${MAX_HEADER_BYTES} are read`)
  return length
}

function parseHeader(bytes: Uint8Array<ArrayBuffer>, file: string): Record<string, unknown> {
  let text: string
  try {
    // ignoreBOM keeps a byte order mark in the text, where the JSON scanner refuses it.
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return fail(file, 'the header is not UTF-8')
  }
  return parseJsonObject(text, `${file} (header)`, 'safetensors-invalid')
}

function checkMetadata(metadata: unknown, file: string): Readonly<Record<string, string>> {
  if (!isRecord(metadata)) return fail(file, '__metadata__ is not an object')
  for (const [key, value] of Object.entries(metadata))
    if (typeof value !== 'string') fail(file, `__metadata__ ${show(key)} is ${show(value)}, not a string`)
  return metadata as Readonly<Record<string, string>>
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0

function parseEntry(given: {
  source: ByteSource
  dataStart: number
  name: string
  info: unknown
}): TensorEntry {
  const { source, dataStart, name, info } = given
  const refuse = (what: string) => fail(source.name, `tensor ${show(name)} ${what}`)
  if (name === '__proto__') return refuse('has a name that is not allowed')
  if (!isRecord(info)) return refuse('is not described by an object')
  const { dtype, shape, data_offsets: offsets } = info
  if (typeof dtype !== 'string' || !Object.hasOwn(DTYPE_BYTES, dtype))
    return refuse(`has dtype ${show(dtype)}; known are ${Object.keys(DTYPE_BYTES).join(', ')}`)
  if (!Array.isArray(shape) || !shape.every(isCount)) return refuse(`has shape ${show(shape)}`)
  if (shape.length > MAX_DIMENSIONS)
    return refuse(`has ${shape.length} dimensions; at most ${MAX_DIMENSIONS} are read`)
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isCount))
    return refuse(`has data_offsets ${show(offsets)}, not two byte counts`)
  const [start, end] = offsets as [number, number]
  const needed = shape.reduce((product: number, size: number) => product * size, DTYPE_BYTES[dtype]!)
  if (needed !== end - start)
    return refuse(
      `needs ${needed} bytes for ${dtype} [${shape.join(', ')}], but its range has ${end - start}`,
    )
  if (end > source.size - dataStart)
    return refuse(`ends at byte ${end} of the data, but the file has ${source.size - dataStart}`)
  return { source, dtype, shape, start: dataStart + start, end: dataStart + end }
}

/** The ranges must tile the data: an overlap would alias weights, a hole would hide bytes. */
function checkCoverage(
  source: ByteSource,
  dataStart: number,
  tensors: ReadonlyMap<string, TensorEntry>,
): void {
  const ordered = [...tensors].sort(([, a], [, b]) => a.start - b.start || a.end - b.end)
  let covered = dataStart
  for (const [name, { start, end }] of ordered) {
    if (start < covered)
      fail(
        source.name,
        `tensor ${show(name)} starts at byte ${start}, before the last one ends at ${covered}`,
      )
    if (start > covered)
      fail(source.name, `tensor ${show(name)} starts at byte ${start}, but the last one ends at ${covered}`)
    covered = end
  }
  if (covered !== source.size)
    fail(source.name, `the tensors end at byte ${covered}, but the file has ${source.size}`)
}
