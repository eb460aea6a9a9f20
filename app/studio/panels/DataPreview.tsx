// The first of the open texts.
import type { DataDetails } from '../../engine/protocol.ts'
import { PlainTable } from '../ui/PlainTable.tsx'
import { words } from '../words.ts'

export function DataPreview({ data }: { readonly data: DataDetails }) {
  const text = words.data
  return (
    <PlainTable
      label={text.preview}
      head={[text.textHead, text.labelHead]}
      rows={data.preview.map((row, index) => ({
        key: String(index),
        cells: [row.text, row.label ?? words.table.none],
      }))}
    />
  )
}
