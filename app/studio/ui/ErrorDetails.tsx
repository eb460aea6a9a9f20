// Code, message and trace of an error, to read or to copy into a report.
import { useState } from 'react'
import type { ErrorReport } from '../../engine/protocol.ts'
import { words } from '../words.ts'
import { Button } from './Button.tsx'
import { copyText } from './copy-text.ts'
import { Disclosure } from './Disclosure.tsx'
import styles from './ErrorDetails.module.css'

export function ErrorDetails({ error }: { readonly error: ErrorReport }) {
  const [isCopied, setCopied] = useState(false)
  const text = [error.code, error.message, error.details, navigator.userAgent].filter(Boolean).join('\n')
  return (
    <Disclosure title={words.errors.details}>
      <pre className={styles.text}>{text}</pre>
      <Button onClick={() => copyText(text).then(setCopied)}>
        {isCopied ? words.errors.copied : words.errors.copy}
      </Button>
    </Disclosure>
  )
}
