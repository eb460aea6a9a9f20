// What a download would fetch, file by file, and the button that says how much it is.
import type { HubListing as Listing } from '../../../engine/protocol.ts'
import { askToKeepDownload } from '../../store/persistence.ts'
import { Button } from '../../ui/Button.tsx'
import { Disclosure } from '../../ui/Disclosure.tsx'
import { bytes, exact } from '../../ui/format.ts'
import { PlainTable } from '../../ui/PlainTable.tsx'
import { words } from '../../words.ts'
import styles from './HubListing.module.css'

interface HubListingProps {
  readonly listing: Listing
  readonly isFree: boolean
  readonly onDownload: () => void
}

export function HubListing({ listing, isFree, onDownload }: HubListingProps) {
  const { opening } = words
  const size = bytes(listing.bytes)
  const download = () => {
    // Its answer may take long, and the download does not depend on it.
    askToKeepDownload(listing.bytes)
    onDownload()
  }
  return (
    <div className={styles.listing}>
      <p className={styles.text} role="status">
        <strong>{opening.listing(listing.repo, exact(listing.files.length), size)}</strong>{' '}
        <span className={styles.commit}>
          {listing.url ? opening.ownServer : opening.commit(listing.commit.slice(0, 8))}
        </span>
      </p>
      <Disclosure title={opening.files}>
        <PlainTable
          label={opening.files}
          head={[opening.file, opening.size]}
          rows={listing.files.map(({ path, bytes: size }) => ({ key: path, cells: [path, bytes(size)] }))}
          numbersFrom={1}
        />
      </Disclosure>
      <Button look="primary" disabled={!isFree} onClick={download}>
        {opening.download(size)}
      </Button>
    </div>
  )
}
