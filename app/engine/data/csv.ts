// Tables from CSV text: comma, semicolon or tab, quoted fields, one header row, every row of the header's length.
import Papa from 'papaparse'
import { type ByteSource, readAll } from '../base/bytes.ts'
import { StudioError } from '../base/errors.ts'

/** The text of a file must fit into one string. */
const MAX_BYTES = 256_000_000
const MAX_COLUMNS = 1000

export interface Table {
  /** File that errors name. */
  readonly name: string
  readonly columns: readonly string[]
  /** Fields in the order of `columns`; header and blank lines are not in it. */
  readonly rows: readonly (readonly string[])[]
}

/**
 * Reads a whole table. Line ends become `\n`, in quoted fields too. Errors count rows as spreadsheets do: the header is
 * row 1.
 * @throws StudioError `data-invalid`, naming the file, the row and the counts that disagree
 */
export async function openTable(source: ByteSource): Promise<Table> {
  const { name } = source
  const text = await readTableText(source)
  const records = parseRecords(text, name)
  const [columns, ...rows] = records
  if (!columns) return fail(name, 'it is empty')
  checkColumns(columns, name)
  rows.forEach((row, i) => {
    if (row.length !== columns.length)
      fail(`${name}, row ${i + 2}`, `it has ${row.length} fields, but the header has ${columns.length}`)
  })
  if (rows.length === 0) fail(name, 'it has a header but no rows')
  return { name, columns, rows }
}

function fail(where: string, what: string): never {
  throw new StudioError('data-invalid', `${where}: ${what}.`)
}

async function readTableText(source: ByteSource): Promise<string> {
  const { name, size } = source
  if (size > MAX_BYTES) fail(name, `it has ${size} bytes; at most ${MAX_BYTES} are read`)
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(await readAll(source))
  } catch (error) {
    if (error instanceof TypeError) return fail(name, 'it is not UTF-8 text')
    throw error
  }
  const nul = text.indexOf('\0')
  if (nul >= 0) fail(name, `it has a NUL character at ${nul}, so it is not a text file`)
  return text.includes('\r') ? text.replace(/\r\n?/g, '\n') : text
}

/** The most frequent of the three in the header, outside quotes: names hold them more rarely than texts do. */
function findDelimiter(text: string): string {
  const end = text.indexOf('\n')
  const header = (end < 0 ? text : text.slice(0, end)).replace(/"[^"]*"/g, '')
  const count = (delimiter: string) => header.split(delimiter).length - 1
  return [',', ';', '\t'].reduce((best, next) => (count(next) > count(best) ? next : best))
}

/** All records that are not blank lines; a quoted empty field is not a blank line. */
function parseRecords(text: string, name: string): string[][] {
  const records: string[][] = []
  let from = 0
  Papa.parse<string[]>(text, {
    delimiter: findDelimiter(text),
    newline: '\n',
    // The fast mode does not say where a record ends.
    fastMode: false,
    step: ({ data, errors, meta }) => {
      const isBlank = data.length === 1 && data[0] === '' && !text.slice(from, meta.cursor).includes('"')
      from = meta.cursor
      const [error] = errors
      if (error) fail(`${name}, row ${records.length + 1}`, faultOf(error.code))
      if (!isBlank) records.push(data)
    },
  })
  return records
}

function faultOf(code: string): string {
  if (code === 'MissingQuotes') return 'a quoted field is never closed'
  return 'a closing quote is followed by more text; quotes inside a field are written twice'
}

function checkColumns(columns: readonly string[], name: string): void {
  if (columns.length > MAX_COLUMNS)
    fail(name, `it has ${columns.length} columns; at most ${MAX_COLUMNS} are read`)
  const repeated = columns.findIndex((column, i) => columns.indexOf(column) !== i)
  if (repeated >= 0)
    fail(
      name,
      `columns ${columns.indexOf(columns[repeated]!) + 1} and ${repeated + 1} are both named "${columns[repeated]}"`,
    )
}
