// Copies the rows that the search leaves, as CSV.
import { useState } from 'react'
import type { DifferingRow } from '../../engine/protocol.ts'
import { Button } from '../ui/Button.tsx'
import { exact } from '../ui/format.ts'
import { words } from '../words.ts'
import { differencesCsv } from './difference-list.ts'

export function CopyCsv({ rows }: { readonly rows: readonly DifferingRow[] }) {
  const [copied, setCopied] = useState<readonly DifferingRow[]>()
  const { differences } = words.insight
  const copy = () => navigator.clipboard.writeText(differencesCsv(rows)).then(() => setCopied(rows))
  return (
    <Button disabled={rows.length === 0} onClick={copy}>
      {copied === rows ? differences.copied(exact(rows.length)) : differences.copy}
    </Button>
  )
}
