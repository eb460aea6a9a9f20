// Copies tables in one of some formats; where the browser refuses, the text stands ready to be copied by hand.
import { useEffect, useRef, useState } from 'react'
import { Button } from '../ui/Button.tsx'
import { copyText } from '../ui/copy-text.ts'
import { words } from '../words.ts'
import styles from './CopyButtons.module.css'

interface CopyButtonsProps<Format> {
  readonly formats: readonly Format[]
  readonly copy: (format: Format) => string
}

export function CopyButtons<Format extends keyof typeof words.table.formats>({
  formats,
  copy,
}: CopyButtonsProps<Format>) {
  const [copied, setCopied] = useState<Format>()
  const [refused, setRefused] = useState<string>()
  const { table } = words
  const run = async (format: Format) => {
    const text = copy(format)
    const isCopied = await copyText(text)
    setCopied(isCopied ? format : undefined)
    setRefused(isCopied ? undefined : text)
  }
  return (
    <>
      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset is for fields, these are buttons */}
      <div className={styles.buttons} role="group" aria-label={table.copy}>
        <span className={styles.label} aria-hidden="true">
          {table.copy}
        </span>
        {formats.map((format) => (
          <Button look="quiet" key={format} onClick={() => run(format)}>
            {table.formats[format]}
            {copied === format && <span aria-hidden="true"> ✓</span>}
          </Button>
        ))}
      </div>
      <span className="readers-only" role="status">
        {copied && table.copied(table.formats[copied])}
      </span>
      {refused !== undefined && (
        <CopyByHand key={refused} text={refused} onDone={() => setRefused(undefined)} />
      )}
    </>
  )
}

function CopyByHand({ text, onDone }: { readonly text: string; readonly onDone: () => void }) {
  const field = useRef<HTMLTextAreaElement>(null)
  const { table, source } = words
  useEffect(() => field.current?.select(), [])
  return (
    <div className={styles.hand}>
      <label className={styles.label}>
        {table.copyByHand}
        <textarea className={styles.text} ref={field} readOnly rows={6} value={text} />
      </label>
      <Button look="quiet" onClick={onDone}>
        {source.close}
      </Button>
    </div>
  )
}
