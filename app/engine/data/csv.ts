// Tables from CSV and TSV text: comma, semicolon or tab, quoted fields, one header row, every row of the header's length.
import Papa from 'papaparse'
import { checkColumns, failTable, type Table } from './table.ts'

/**
 * Reads a whole table. Errors count rows as spreadsheets do: the header is row 1.
 * @param text line ends are `\n`
 * @param delimiter found in the header if absent
 * @throws StudioError `data-invalid`, naming the file, the row and the counts that disagree
 */
export function parseCsv(text: string, name: string, delimiter = findDelimiter(text)): Table {
  const records = plainTabbed(text, delimiter) ?? parseRecords(text, name, delimiter)
  const [columns, ...rows] = records
  if (!columns) return failTable(name, 'it is empty')
  checkColumns(columns, name)
  rows.forEach((row, i) => {
    if (row.length !== columns.length)
      failTable(`${name}, row ${i + 2}`, `it has ${row.length} fields, but the header has ${columns.length}`)
  })
  if (rows.length === 0) failTable(name, 'it has a header but no rows')
  return { name, columns, rows }
}

/** The most frequent of the three in the header, outside quotes: names hold them more rarely than texts do. */
function findDelimiter(text: string): string {
  const end = text.indexOf('\n')
  const header = (end < 0 ? text : text.slice(0, end)).replace(/"[^"]*"/g, '')
  const count = (delimiter: string) => header.split(delimiter).length - 1
  return [',', ';', '\t'].reduce((best, next) => (count(next) > count(best) ? next : best))
}

/**
 * Records of a TSV whose quotes are part of the texts, as GLUE's files have them: some quote is not closed before the next tab
 * or line end, and yet every line has as many fields as the header. Undefined for any other text.
 */
function plainTabbed(text: string, delimiter: string): string[][] | undefined {
  if (delimiter !== '\t' || !text.includes('"')) return undefined
  const records = text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.split('\t'))
  const width = records[0]?.length
  if (records.some((record) => record.length !== width)) return undefined
  const isQuoted = (field: string) => !field.startsWith('"') || /^"(?:[^"]|"")*"$/.test(field)
  return records.every((record) => record.every(isQuoted)) ? undefined : records
}

/** All records that are not blank lines; a quoted empty field is not a blank line. */
function parseRecords(text: string, name: string, delimiter: string): string[][] {
  const records: string[][] = []
  let from = 0
  Papa.parse<string[]>(text, {
    delimiter,
    newline: '\n',
    // The fast mode does not say where a record ends.
    fastMode: false,
    step: ({ data, errors, meta }) => {
      const isBlank = data.length === 1 && data[0] === '' && !text.slice(from, meta.cursor).includes('"')
      from = meta.cursor
      const [error] = errors
      if (error) failTable(`${name}, row ${records.length + 1}`, faultOf(error.code))
      if (!isBlank) records.push(data)
    },
  })
  return records
}

function faultOf(code: string): string {
  if (code === 'MissingQuotes') return 'a quoted field is never closed'
  return 'a closing quote is followed by more text; quotes inside a field are written twice'
}
