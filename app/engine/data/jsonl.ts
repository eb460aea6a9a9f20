// Tables from JSON: one object a line (JSONL), or one list of objects (JSON). Keys are columns, values become texts.
import { checkColumns, failTable, fieldOf, type Table } from './table.ts'

/**
 * Reads one object a line; blank lines are skipped, and lines are counted with them, from 1.
 * @param text line ends are `\n`
 * @throws StudioError `data-invalid`, naming the file and the line
 */
export function parseJsonLines(text: string, name: string): Table {
  const table = new TableBuilder(name)
  text.split('\n').forEach((line, i) => {
    if (line.trim() !== '') table.add(parseLine(line, `${name}, line ${i + 1}`), `line ${i + 1}`)
  })
  return table.finish()
}

/**
 * Reads a list of objects, counted from 1.
 * @throws StudioError `data-invalid`, naming the file and the row
 */
export function parseJsonList(text: string, name: string): Table {
  const value = parseLine(text, name)
  if (!Array.isArray(value)) return failTable(name, `it holds ${kindOf(value)}, not a list of objects`)
  const table = new TableBuilder(name)
  value.forEach((item: unknown, i) => {
    table.add(item, `row ${i + 1}`)
  })
  return table.finish()
}

/** Whether the first line that is not blank is a JSON object by itself: then each line is to be one. */
export function beginsWithObject(text: string): boolean {
  const [line = ''] = /\S.*/.exec(text) ?? []
  if (!line.startsWith('{')) return false
  try {
    JSON.parse(line)
    return true
  } catch {
    return false
  }
}

/** The engine's own message would quote the text, and reports carry none. */
function parseLine(text: string, where: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return failTable(where, 'it is not valid JSON')
  }
}

/** Columns in the order in which their keys first appear; a key that an object lacks is an empty field. */
class TableBuilder {
  readonly #name: string
  readonly #columns = new Map<string, number>()
  readonly #rows: string[][] = []

  constructor(name: string) {
    this.#name = name
  }

  add(value: unknown, place: string): void {
    const where = `${this.#name}, ${place}`
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      failTable(where, `it holds ${kindOf(value)}, not an object`)
    const row: string[] = new Array(this.#columns.size).fill('')
    for (const [key, item] of Object.entries(value as object)) {
      const field = fieldOf(item)
      if (field === undefined)
        failTable(where, `"${key}" holds ${kindOf(item)}; fields are texts, numbers, true, false or null`)
      row[this.#place(key)] = field
    }
    this.#rows.push(row)
  }

  finish(): Table {
    const columns = [...this.#columns.keys()]
    if (this.#rows.length === 0) failTable(this.#name, 'it has no rows')
    if (columns.length === 0) failTable(this.#name, `none of its ${this.#rows.length} objects has a key`)
    checkColumns(columns, this.#name)
    const width = columns.length
    const rows = this.#rows.map((row) =>
      row.length === width ? row : [...row, ...new Array(width - row.length).fill('')],
    )
    return { name: this.#name, columns, rows }
  }

  #place(key: string): number {
    const known = this.#columns.get(key)
    if (known !== undefined) return known
    this.#columns.set(key, this.#columns.size)
    return this.#columns.size - 1
  }
}

function kindOf(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object') return 'an object'
  return `a ${typeof value}`
}
