// The last export to a repository of the Hub: its name, a token, whether others see it, and a button that says how much goes.
import { useState } from 'react'
import { useIntents, useStudio } from '../../store/context.ts'
import type { Exported } from '../../store/state.ts'
import { Button } from '../../ui/Button.tsx'
import { Disclosure } from '../../ui/Disclosure.tsx'
import { bytes } from '../../ui/format.ts'
import field from '../../ui/TextField.module.css'
import { words } from '../../words.ts'
import styles from './HubUpload.module.css'

export function HubUpload({ exported }: { readonly exported: Exported }) {
  const isIdle = useStudio((state) => state.activity.state === 'idle')
  const { upload } = useIntents()
  const [repo, setRepo] = useState('')
  // Here and in the one command only: nothing of it is stored.
  const [token, setToken] = useState('')
  const [isPrivate, setPrivate] = useState(true)
  const { exporting } = words
  const isReady = isIdle && repo.trim() !== '' && token.trim() !== ''
  return (
    <Disclosure title={exporting.hub}>
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault()
          if (isReady) upload({ repo, isPrivate, token })
        }}
      >
        <p className={styles.note}>{exporting.hubNote}</p>
        <label className={styles.label}>
          {exporting.repo}
          <input
            className={field.field}
            placeholder={exporting.repoPlaceholder}
            value={repo}
            spellCheck={false}
            autoCapitalize="none"
            onChange={(event) => setRepo(event.target.value)}
          />
        </label>
        <label className={styles.label}>
          {exporting.writeToken}
          <input
            className={field.field}
            type="password"
            autoComplete="off"
            placeholder="hf_…"
            value={token}
            onChange={(event) => setToken(event.target.value)}
          />
        </label>
        <label className={styles.private}>
          <input type="checkbox" checked={isPrivate} onChange={(event) => setPrivate(event.target.checked)} />
          {exporting.isPrivate}
        </label>
        <Button type="submit" disabled={!isReady}>
          {exporting.upload(bytes(exported.bytes))}
        </Button>
        <p className={styles.note} role="status">
          {exported.uploaded && (
            <a href={exported.uploaded.url} target="_blank" rel="noreferrer">
              {exporting.uploaded(exported.uploaded.repo)}
            </a>
          )}
        </p>
      </form>
    </Disclosure>
  )
}
