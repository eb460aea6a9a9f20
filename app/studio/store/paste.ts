// Pasted text as data: what it most likely is, and a file of it that the engine opens like any other.
import type { DataRole } from '../../engine/protocol.ts'

export type PasteKind = 'lines' | 'table'

/** Known first columns of tables; a first line that has one, or a tab, or opens a JSON object heads a table. */
const HEADER = /(^|[,;])"?(text|label|sentence|utterance|message|query|category|intent)"?([,;]|$)/i

/** What pasted text most likely is. */
export function pastedKind(text: string): PasteKind {
  const [first = ''] = /\S.*/.exec(text) ?? []
  return first.includes('\t') || /^[{[]\s*["{]/.test(first) || HEADER.test(first) ? 'table' : 'lines'
}

/**
 * Pasted text as a file: a table as it is, lines as a table with the one column `text`.
 * Empty lines are dropped; nothing else of a line is changed.
 */
export function pastedFile(text: string, kind: PasteKind, role: DataRole): File {
  const name = role === 'test' ? 'pasted-test' : 'pasted'
  if (kind === 'table') return new File([text], `${name}.txt`)
  const lines = text.split(/\r\n|\r|\n/).filter((line) => line.trim() !== '')
  const quoted = lines.map((line) => `"${line.replaceAll('"', '""')}"`)
  return new File([['text', ...quoted].join('\n')], `${name}.csv`)
}
