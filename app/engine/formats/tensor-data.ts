// Tensor data of safetensors files: read in slices as F32, and written one tensor at a time.
import type { ByteSink } from '../base/bytes.ts'
import { assert, StudioError } from '../base/errors.ts'
import { elementCount } from '../base/shape.ts'
import { widenBfloat16s, widenFloat16s } from './half.ts'
import { readExactly, type TensorEntry, type TensorTable } from './safetensors.ts'

/** Bytes read at once: bounds the memory of a load whatever the tensor's size. */
const SLICE_BYTES = 8 * 1024 * 1024

/** A run of a tensor's elements, in row-major order, from element `offset`. */
export interface TensorSlice {
  readonly offset: number
  readonly values: Float32Array<ArrayBuffer>
}

/** A tensor to be written; `read` gives its elements in row-major order. */
export interface TensorToWrite {
  readonly name: string
  readonly shape: readonly number[]
  read(): Promise<Float32Array<ArrayBuffer>>
}

const WIDEN: Readonly<Record<string, (bytes: Uint8Array<ArrayBuffer>) => Float32Array<ArrayBuffer>>> = {
  F32: (bytes) => new Float32Array(aligned(bytes, 4), 0, bytes.length / 4),
  F16: (bytes) => widenFloat16s(new Uint16Array(aligned(bytes, 2), 0, bytes.length / 2)),
  BF16: (bytes) => widenBfloat16s(new Uint16Array(aligned(bytes, 2), 0, bytes.length / 2)),
}

/** Buffer that starts with these bytes: typed arrays need offsets that are multiples of their size. */
function aligned(bytes: Uint8Array<ArrayBuffer>, size: number): ArrayBuffer {
  return bytes.byteOffset === 0 && bytes.byteLength % size === 0 ? bytes.buffer : bytes.slice().buffer
}

/**
 * The entry of a tensor that can be read as F32.
 * @throws StudioError `tensor-missing`, or `safetensors-invalid` for a dtype that holds no floats.
 */
export function requireFloatTensor(table: TensorTable, name: string): TensorEntry {
  const entry = table.tensors.get(name)
  if (!entry) throw new StudioError('tensor-missing', `${table.name} has no tensor ${name}.`)
  if (Object.hasOwn(WIDEN, entry.dtype)) return entry
  throw new StudioError(
    'safetensors-invalid',
    `${entry.source.name}: tensor ${name} is ${entry.dtype}; weights are read from F32, F16 or BF16.`,
  )
}

/**
 * Elements of a tensor as F32, by slices of at most 8 MiB of the file; a slice is gone once the next one is asked for.
 * @throws StudioError as `requireFloatTensor`; `safetensors-invalid` at an infinity or NaN, naming its index.
 */
export async function* readTensorSlices(table: TensorTable, name: string): AsyncGenerator<TensorSlice> {
  const { source, dtype, start, end } = requireFloatTensor(table, name)
  const elementBytes = dtype === 'F32' ? 4 : 2
  for (let at = start; at < end; at += SLICE_BYTES) {
    const bytes = await readExactly(source, at, Math.min(at + SLICE_BYTES, end))
    const slice = { offset: (at - start) / elementBytes, values: WIDEN[dtype]!(bytes) }
    if (slice.values.buffer !== bytes.buffer) free(bytes.buffer)
    checkFinite(slice, source.name, name)
    yield slice
    free(slice.values.buffer)
  }
}

/** Gives memory back at once; left to the collector, the slices of a large file pile up to hundreds of megabytes. */
function free(buffer: ArrayBuffer): void {
  // Node 20 has no `transfer`.
  buffer.transfer?.(0)
}

/** All elements of a tensor as F32. @throws as `readTensorSlices`. */
export async function readTensorWhole(table: TensorTable, name: string): Promise<Float32Array<ArrayBuffer>> {
  const values = new Float32Array(elementCount(requireFloatTensor(table, name).shape))
  for await (const slice of readTensorSlices(table, name)) values.set(slice.values, slice.offset)
  return values
}

function checkFinite({ offset, values }: TensorSlice, file: string, name: string): void {
  for (let i = 0; i < values.length; i++)
    if (!Number.isFinite(values[i]))
      throw new StudioError(
        'safetensors-invalid',
        `${file}: tensor ${name} has ${values[i]} at index ${offset + i}; weights must be finite.`,
      )
}

/**
 * Writes an F32 file: the header first, then one tensor at a time, so that one tensor is in memory. Closes the sink;
 * aborts it when anything fails. `metadata` of a file for transformers is { format: 'pt' }.
 */
export async function writeSafetensors(
  sink: ByteSink,
  tensors: readonly TensorToWrite[],
  metadata: Readonly<Record<string, string>>,
): Promise<void> {
  try {
    await sink.write(encodeHeader(tensors, metadata))
    for (const tensor of tensors) {
      const values = await tensor.read()
      const count = elementCount(tensor.shape)
      assert(values.length === count, `${tensor.name} gave ${values.length} values, not ${count}`)
      if (count > 0) await sink.write(new Uint8Array(values.buffer, values.byteOffset, values.byteLength))
    }
    await sink.close()
  } catch (error) {
    await sink.abort()
    throw error
  }
}

/** Length and JSON, padded with spaces so that the data starts at a multiple of 8. */
function encodeHeader(
  tensors: readonly TensorToWrite[],
  metadata: Readonly<Record<string, string>>,
): Uint8Array<ArrayBuffer> {
  assert(new Set(tensors.map(({ name }) => name)).size === tensors.length, 'tensor names are unique')
  let end = 0
  const header: Record<string, unknown> = { __metadata__: metadata }
  for (const { name, shape } of tensors) {
    const start = end
    end += elementCount(shape) * 4
    header[name] = { dtype: 'F32', shape, data_offsets: [start, end] }
  }
  const json = new TextEncoder().encode(JSON.stringify(header))
  const bytes = new Uint8Array(8 + Math.ceil(json.length / 8) * 8).fill(0x20)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(bytes.length - 8), true)
  bytes.set(json, 8)
  return bytes
}
