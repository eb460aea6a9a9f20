// What every table format is read into, the checks that all share, and the text of those that are text.
import { type ByteSource, readAll } from '../base/bytes.ts'
import { StudioError } from '../base/errors.ts'

/** The text of a file must fit into one string. */
export const MAX_TABLE_BYTES = 256_000_000
const MAX_COLUMNS = 1000

export interface Table {
  /** File that errors name. */
  readonly name: string
  readonly columns: readonly string[]
  /** Fields in the order of `columns`; header and blank lines are not in it. */
  readonly rows: readonly (readonly string[])[]
}

/** @throws StudioError `data-invalid` */
export function failTable(where: string, what: string): never {
  throw new StudioError('data-invalid', `${where}: ${what}.`)
}

/** @throws StudioError `data-invalid` where there are too many columns, or two of one name */
export function checkColumns(columns: readonly string[], name: string): void {
  if (columns.length > MAX_COLUMNS)
    failTable(name, `it has ${columns.length} columns; at most ${MAX_COLUMNS} are read`)
  const seen = new Map<string, number>()
  columns.forEach((column, i) => {
    const before = seen.get(column)
    if (before !== undefined) failTable(name, `columns ${before + 1} and ${i + 1} are both named "${column}"`)
    seen.set(column, i)
  })
}

/** UTF-8 text without a byte order mark, line ends as `\n`. @throws StudioError `data-invalid` */
export async function readTableText(source: ByteSource): Promise<string> {
  const { name, size } = source
  if (size > MAX_TABLE_BYTES) failTable(name, `it has ${size} bytes; at most ${MAX_TABLE_BYTES} are read`)
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(await readAll(source))
  } catch (error) {
    if (error instanceof TypeError) return failTable(name, 'it is not UTF-8 text')
    throw error
  }
  const nul = text.indexOf('\0')
  if (nul >= 0) failTable(name, `it has a NUL character at ${nul}, so it is not a text file`)
  return text.includes('\r') ? text.replace(/\r\n?/g, '\n') : text
}

/**
 * A JSON or Parquet value as the text of a field: whole numbers as plain digits, so that class numbers match; null, undefined
 * and NaN (how pandas writes a gap among numbers) as an empty field.
 * @returns undefined for lists, objects and bytes, which are no field
 */
export function fieldOf(value: unknown): string | undefined {
  switch (typeof value) {
    case 'string':
      return value
    case 'undefined':
      return ''
    case 'number':
      if (Number.isNaN(value)) return ''
      return Number.isInteger(value) ? BigInt(value).toString() : String(value)
    case 'bigint':
    case 'boolean':
      return String(value)
    default:
      if (value === null) return ''
      return value instanceof Date ? value.toISOString() : undefined
  }
}
