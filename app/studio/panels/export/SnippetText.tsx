// One snippet: its name, a button that copies it, the text; where the browser refuses to copy, the text is selected.
import { useRef, useState } from 'react'
import type { Snippet } from '../../../engine/protocol.ts'
import { Button } from '../../ui/Button.tsx'
import { copyText } from '../../ui/copy-text.ts'
import { words } from '../../words.ts'
import styles from './SnippetText.module.css'

export function SnippetText({ snippet: { id, code } }: { readonly snippet: Snippet }) {
  const text = useRef<HTMLPreElement>(null)
  const [isCopied, setCopied] = useState(false)
  const { exporting, errors } = words
  const name = exporting.snippets[id]
  const copy = async () => {
    if (await copyText(code)) setCopied(true)
    else if (text.current) getSelection()?.selectAllChildren(text.current)
  }
  return (
    <div className={styles.snippet}>
      <p className={styles.head}>
        <strong>{name}</strong>
        <Button look="quiet" aria-label={exporting.copyOf(name)} onClick={copy}>
          {isCopied ? errors.copied : exporting.copy}
        </Button>
      </p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by keyboard */}
      <section className={styles.code} aria-label={name} tabIndex={0}>
        <pre className={styles.text} ref={text}>
          {code}
        </pre>
      </section>
      <span className="readers-only" role="status">
        {isCopied && errors.copied}
      </span>
    </div>
  )
}
