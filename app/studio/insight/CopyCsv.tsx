// Copies the rows that the search leaves, as CSV.
import { useState } from 'react'
import type { DifferingRow } from '../../engine/protocol.ts'
import { Button } from '../ui/Button.tsx'
import { copyText } from '../ui/copy-text.ts'
import { exact } from '../ui/format.ts'
import { words } from '../words.ts'
import { differencesCsv } from './difference-list.ts'

export function CopyCsv({ rows }: { readonly rows: readonly DifferingRow[] }) {
  const [copied, setCopied] = useState<readonly DifferingRow[]>()
  const { differences } = words.insight
  const copy = () => copyText(differencesCsv(rows)).then((isCopied) => isCopied && setCopied(rows))
  return (
    <Button disabled={rows.length === 0} onClick={copy}>
      {copied === rows ? differences.copied(exact(rows.length)) : differences.copy}
    </Button>
  )
}
