// Tables from Parquet: the footer first, then the columns that hold plain values, by their ranges.
//
// Offset        Bytes  What
// 0             4      "PAR1" ("PARE" where the footer is encrypted)
// 4             …      pages of every column chunk, row group by row group
// size − 8 − n  n      footer (Thrift): schema, row groups, places of the chunks
// size − 8      4      n, little-endian
// size − 4      4      "PAR1"
import type { AsyncBuffer, FileMetaData, SchemaTree } from 'hyparquet'
import type { ByteSource } from '../base/bytes.ts'
import { StudioError } from '../base/errors.ts'
import { checkColumns, failTable, fieldOf, MAX_TABLE_BYTES, type Table } from './table.ts'

const MAGIC = 'PAR1'
const MAX_ROWS = 10_000_000
/** The most of the end that is read to find the footer; the rest of a longer one is read then. */
const FOOTER_BYTES = 65_536

/** Whether the first four bytes are Parquet's. */
export async function isParquet(source: ByteSource): Promise<boolean> {
  const start = await source.read(0, Math.min(4, source.size))
  return new TextDecoder('latin1').decode(start) === MAGIC
}

/**
 * Reads the columns of plain values; lists, structures and fixed-length bytes are left out, and never read.
 * @throws StudioError `data-invalid`, naming the file and, where it is known, the row (from 1) and column
 */
export async function openParquet(source: ByteSource): Promise<Table> {
  const { name, size } = source
  if (!(await isParquet(source)))
    failTable(name, `it does not begin with ${MAGIC}, so it is not a Parquet file that can be read`)
  if (size < 12) failTable(name, `it has ${size} bytes; a Parquet file has at least 12`)
  // Loaded when the first Parquet file is opened; most visits need neither.
  const { parquetMetadataAsync, parquetRead, parquetSchema } = await import('hyparquet')
  const bytes = new RangedBytes(source)
  const metadata = await bytes.during(() =>
    parquetMetadataAsync(bytes, { initialFetchSize: FOOTER_BYTES, geoparquet: false }),
  )
  const columns = plainColumns(parquetSchema(metadata), name)
  checkSizes(metadata, new Set(columns), name)
  const compressors = await loadCompressors(metadata)
  const parsers = { jsonFromBytes: (json: Uint8Array) => new TextDecoder().decode(json) }
  let values: unknown[][] = []
  const onComplete = (rows: unknown[][]) => {
    values = rows
  }
  await bytes.during(() =>
    parquetRead({ file: bytes, metadata, columns, compressors, parsers, rowFormat: 'array', onComplete }),
  )
  const rows = values.map((row, i) => columns.map((column, at) => textOf(row[at], { name, row: i, column })))
  return { name, columns, rows }
}

/** A source as the library wants it; tells failures of reading from failures of understanding. */
class RangedBytes implements AsyncBuffer {
  readonly byteLength: number
  readonly #source: ByteSource
  #unreadable: unknown

  constructor(source: ByteSource) {
    this.#source = source
    this.byteLength = source.size
  }

  async slice(start: number, end = this.byteLength): Promise<ArrayBuffer> {
    try {
      const { buffer, byteOffset, byteLength } = await this.#source.read(start, end)
      return byteLength === buffer.byteLength ? buffer : buffer.slice(byteOffset, byteOffset + byteLength)
    } catch (error) {
      this.#unreadable = error
      throw error
    }
  }

  /** Runs the library. @throws StudioError `data-invalid`, or what the source threw */
  async during<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (error) {
      if (this.#unreadable !== undefined) throw this.#unreadable
      if (error instanceof StudioError) throw error
      const reason = error instanceof Error ? error.message : String(error)
      return failTable(this.#source.name, `it is a damaged Parquet file (${reason})`)
    }
  }
}

/** Top-level columns with one plain value a row. */
function plainColumns({ children }: SchemaTree, name: string): string[] {
  const isPlain = ({ element, children: inner }: SchemaTree) => {
    if (inner.length > 0 || element.repetition_type === 'REPEATED') return false
    const isNumber = element.converted_type === 'DECIMAL' || element.logical_type?.type === 'FLOAT16'
    return element.type !== 'FIXED_LEN_BYTE_ARRAY' || isNumber || element.logical_type?.type === 'UUID'
  }
  const columns = children.filter(isPlain).map(({ element }) => element.name)
  if (columns.length === 0)
    failTable(name, `none of its ${children.length} columns holds plain values, one a row`)
  checkColumns(columns, name)
  return columns
}

/** Before anything is allocated: the rows and bytes that the footer announces. */
function checkSizes({ row_groups }: FileMetaData, columns: ReadonlySet<string>, name: string): void {
  const rows = row_groups.reduce((sum, group) => sum + Number(group.num_rows), 0)
  if (rows === 0) failTable(name, 'it has no rows')
  if (rows > MAX_ROWS) failTable(name, `it has ${rows} rows; at most ${MAX_ROWS} are read`)
  const bytes = row_groups
    .flatMap((group) => group.columns)
    .filter(({ meta_data }) => columns.has(meta_data?.path_in_schema[0] ?? ''))
    .reduce((sum, { meta_data }) => sum + Number(meta_data?.total_uncompressed_size ?? 0), 0)
  if (bytes > MAX_TABLE_BYTES)
    failTable(name, `its columns have ${bytes} bytes; at most ${MAX_TABLE_BYTES} are read`)
}

/**
 * Snappy is in the reader itself. The package's own entry is not imported, since it starts WebAssembly for Snappy, which the page's
 * policy forbids.
 */
async function loadCompressors({ row_groups }: FileMetaData) {
  const codecs = new Set(
    row_groups.flatMap(({ columns }) => columns.map(({ meta_data }) => meta_data?.codec)),
  )
  codecs.delete('SNAPPY')
  codecs.delete('UNCOMPRESSED')
  if (codecs.size === 0) return {}
  const { compressors } = await import('./parquet-codecs.ts')
  return compressors
}

function textOf(value: unknown, at: { name: string; row: number; column: string }): string {
  const field = fieldOf(value)
  if (field !== undefined) return field
  return failTable(
    `${at.name}, row ${at.row + 1}`,
    `column "${at.column}" holds a value that is no text or number`,
  )
}
