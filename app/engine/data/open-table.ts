// Opens a table whatever its format: by its first bytes where they tell, else by its name.
import type { ByteSource } from '../base/bytes.ts'
import { parseCsv } from './csv.ts'
import { beginsWithObject, parseJsonLines, parseJsonList } from './jsonl.ts'
import { isParquet, openParquet } from './parquet.ts'
import { readTableText, type Table } from './table.ts'

const JSON_NAME = /\.(json|jsonl|ndjson)$/i
const TSV_NAME = /\.(tsv|tab)$/i
const PARQUET_NAME = /\.parquet$/i

/**
 * Reads CSV, TSV, JSONL, a JSON list of objects, or Parquet. Line ends in texts become `\n`, except in JSON and Parquet.
 * @throws StudioError `data-invalid`, naming the file, the row or line, and the counts that disagree
 */
export async function openTable(source: ByteSource): Promise<Table> {
  const { name } = source
  if (PARQUET_NAME.test(name) || (await isParquet(source))) return openParquet(source)
  const text = await readTableText(source)
  if (beginsWithObject(text)) return parseJsonLines(text, name)
  if (/^\s*\[\s*\{/.test(text)) return parseJsonList(text, name)
  if (JSON_NAME.test(name))
    return /^\s*\[/.test(text) ? parseJsonList(text, name) : parseJsonLines(text, name)
  return parseCsv(text, name, TSV_NAME.test(name) ? '\t' : undefined)
}
