// A session that an earlier visit left: go on with it, or delete it.
import type { KeptSummary } from '../../engine/protocol.ts'
import { useIntents, useStudio } from '../store/context.ts'
import { rowName } from '../store/names.ts'
import { isGpuReady } from '../store/steps.ts'
import { Button } from '../ui/Button.tsx'
import { bytes, exact, moment } from '../ui/format.ts'
import { words } from '../words.ts'
import styles from './KeptOffer.module.css'

export function KeptOffer() {
  const offer = useStudio((state) => state.keeping.offer)
  return offer ? <Offer offer={offer} /> : null
}

function Offer({ offer }: { readonly offer: KeptSummary }) {
  const rows = useStudio((state) => offer.rows.map((key) => rowName(state, key)).join(', '))
  const isReady = useStudio(isGpuReady)
  const { resumeSession, discardSession } = useIntents()
  const { model, running, missingFiles } = offer
  const { keeping, activity } = words
  return (
    <section className={styles.offer} aria-label={keeping.label}>
      <div className={styles.text}>
        <h2 className={styles.title}>{keeping.offerTitle}</h2>
        <p>
          {keeping.offer(model, keeping.offerRows(rows), moment(offer.savedAt))}{' '}
          {running &&
            (running.step === undefined
              ? keeping.stoppedBefore(activity(running.stage))
              : keeping.stoppedAt(activity(running.stage), exact(running.step)))}{' '}
          {missingFiles.length > 0 && keeping.missing(missingFiles.join(', '))}
        </p>
        <p className={styles.note}>{keeping.undecided}</p>
      </div>
      <div className={styles.buttons}>
        <Button look="primary" disabled={!isReady} onClick={resumeSession}>
          {keeping.resume}
        </Button>
        <Button title={keeping.discardHint(bytes(offer.bytes))} disabled={!isReady} onClick={discardSession}>
          {keeping.discard}
        </Button>
      </div>
    </section>
  )
}
