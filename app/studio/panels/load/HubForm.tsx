// A Hub id or link, or a folder on the page's own server: first the list of files with its size, then, if wanted, the download.
import { useState } from 'react'
import { useIntents, useStudio } from '../../store/context.ts'
import { addressOf } from '../../store/opening.ts'
import { canOpen } from '../../store/steps.ts'
import { Button } from '../../ui/Button.tsx'
import { Disclosure } from '../../ui/Disclosure.tsx'
import field from '../../ui/TextField.module.css'
import { words } from '../../words.ts'
import styles from './HubForm.module.css'
import { HubListing } from './HubListing.tsx'

export function HubForm() {
  const listing = useStudio((state) => state.opening.listing)
  const isFree = useStudio(canOpen)
  const { findHubModel, downloadHubModel } = useIntents()
  const [address, setAddress] = useState('')
  // Here and in the two commands only: nothing of it is stored.
  const [token, setToken] = useState('')
  const { opening } = words
  return (
    <div className={styles.hub}>
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault()
          findHubModel(address, token)
        }}
      >
        <input
          className={field.field}
          aria-label={opening.address}
          placeholder={opening.addressPlaceholder}
          value={address}
          spellCheck={false}
          autoCapitalize="none"
          onChange={(event) => setAddress(event.target.value)}
        />
        <Button type="submit" title={opening.findHint} disabled={!isFree || address.trim() === ''}>
          {opening.find}
        </Button>
      </form>
      <Disclosure title={opening.privateModel}>
        <input
          className={field.field}
          type="password"
          autoComplete="off"
          aria-label={opening.token}
          placeholder="hf_…"
          value={token}
          onChange={(event) => setToken(event.target.value)}
        />
        <p className={styles.hint}>{opening.tokenHint}</p>
      </Disclosure>
      {listing && (
        <HubListing
          listing={listing}
          isFree={isFree}
          onDownload={() => downloadHubModel(addressOf(listing), token)}
        />
      )}
    </div>
  )
}
