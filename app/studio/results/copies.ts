// The comparison as text to paste elsewhere: Markdown, CSV, LaTeX. What is stale is said in each.
import type { ComparisonRow } from '../store/comparison.ts'
import { words } from '../words.ts'
import type { Column, TableContext } from './columns.ts'
import { rowName } from './row-name.ts'

export const COPY_FORMATS = ['markdown', 'csv', 'latex'] as const
export type CopyFormat = (typeof COPY_FORMATS)[number]

interface CopiedCell {
  readonly shown: string
  /** The number itself, in the column's base unit; absent where there is none. */
  readonly value?: number
  readonly isStale: boolean
}

/** The table as it stands: visible columns, rows in their present order. */
export interface CopiedTable {
  readonly columns: readonly { readonly head: string; readonly key: string }[]
  readonly rows: readonly { readonly name: string; readonly cells: readonly CopiedCell[] }[]
  /** Sentences on what was measured. */
  readonly notes: readonly string[]
}

export function copiedTable(
  rows: readonly ComparisonRow[],
  columns: readonly Column[],
  context: TableContext,
  notes: readonly string[],
): CopiedTable {
  return {
    columns: columns.map(({ head, key }) => ({ head, key })),
    rows: rows.map((row) => ({
      name: rowName(row),
      cells: columns.map((column) => {
        const { text, details = [], isStale } = column.figure(row, context)
        const value = column.value(row, context)
        const shown = text === undefined ? words.table.none : [text, ...details].join(', ')
        return { shown, ...(value === undefined ? {} : { value }), isStale: isStale && text !== undefined }
      }),
    })),
    notes,
  }
}

export function copyAs(format: CopyFormat, table: CopiedTable): string {
  return { markdown: toMarkdown, csv: toCsv, latex: toLatex }[format](table)
}

const said = ({ shown, isStale }: CopiedCell) => (isStale ? `${shown} (${words.table.stale})` : shown)

/** GitHub's tables, numbers to the right. */
function toMarkdown({ columns, rows, notes }: CopiedTable): string {
  const escaped = (text: string) => text.replaceAll('|', '\\|')
  const line = (cells: readonly string[]) => `| ${cells.map(escaped).join(' | ')} |`
  return [
    line([words.table.model, ...columns.map(({ head }) => head)]),
    line(['---', ...columns.map(() => '---:')]),
    ...rows.map(({ name, cells }) => line([name, ...cells.map(said)])),
    '',
    ...notes,
    '',
  ].join('\n')
}

/** RFC 4180; plain numbers in base units (bytes, milliseconds, shares), and the names of the columns that are stale. */
function toCsv({ columns, rows }: CopiedTable): string {
  const quoted = (text: string) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)
  const line = (cells: readonly string[]) => cells.map(quoted).join(',')
  return [
    line(['model', ...columns.map(({ key }) => key), 'stale']),
    ...rows.map(({ name, cells }) =>
      line([
        name,
        ...cells.map(({ value }) => (value === undefined ? '' : String(value))),
        columns
          .filter((_, i) => cells[i]?.isStale)
          .map(({ key }) => key)
          .join(' '),
      ]),
    ),
    '',
  ].join('\r\n')
}

const LATEX: Readonly<Record<string, string>> = {
  '\\': '\\textbackslash{}',
  '~': '\\textasciitilde{}',
  '^': '\\textasciicircum{}',
  '−': '$-$',
  '–': '--',
  '×': '$\\times$',
  '⁶': '\\textsuperscript{6}',
  '’': "'",
}

/** A tabular without packages; notes as comments above it. */
function toLatex({ columns, rows, notes }: CopiedTable): string {
  const escaped = (text: string) =>
    text.replace(/[&%$#_{}]/g, '\\$&').replace(/[~^−–×⁶’]|\\(?![&%$#_{}])/g, (found) => LATEX[found] ?? found)
  const line = (cells: readonly string[]) => `${cells.map(escaped).join(' & ')} \\\\`
  return [
    ...notes.map((note) => `% ${note}`),
    `\\begin{tabular}{l${'r'.repeat(columns.length)}}`,
    '\\hline',
    line([words.table.model, ...columns.map(({ head }) => head)]),
    '\\hline',
    ...rows.map(({ name, cells }) => line([name, ...cells.map(said)])),
    '\\hline',
    '\\end{tabular}',
    '',
  ].join('\n')
}
