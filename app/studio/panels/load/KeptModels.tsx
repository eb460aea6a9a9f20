// Downloads that this browser keeps: to open, to finish, to delete, with the space they take.
import { useEffect } from 'react'
import type { KeptModel } from '../../../engine/protocol.ts'
import { useIntents, useStudio } from '../../store/context.ts'
import { addressOf } from '../../store/opening.ts'
import { canOpen } from '../../store/steps.ts'
import { Button } from '../../ui/Button.tsx'
import { Disclosure } from '../../ui/Disclosure.tsx'
import { bytes } from '../../ui/format.ts'
import { words } from '../../words.ts'
import styles from './KeptModels.module.css'

export function KeptModels() {
  const kept = useStudio((state) => state.opening.kept)
  const { listKept } = useIntents()
  // The storage is outside React, and other tabs change it too.
  useEffect(() => listKept(), [listKept])
  if (!kept || kept.models.length === 0) return null
  const { opening } = words
  const total = kept.models.reduce((sum, model) => sum + model.bytes, 0)
  return (
    <Disclosure title={opening.kept(opening.models(kept.models.length), bytes(total))}>
      <ul className={styles.list}>
        {kept.models.map((model) => (
          <KeptRow key={model.id} model={model} />
        ))}
      </ul>
      <p className={styles.quota}>{opening.quota(bytes(kept.usage), bytes(kept.quota))}</p>
    </Disclosure>
  )
}

function KeptRow({ model }: { readonly model: KeptModel }) {
  const isFree = useStudio(canOpen)
  const { openKept, deleteKept, findHubModel } = useIntents()
  const { opening } = words
  const { id, repo, whole } = model
  const isWhole = model.bytes === whole
  return (
    <li className={styles.row}>
      <span className={styles.name}>
        {repo}{' '}
        <span className={styles.size}>
          {isWhole ? bytes(whole) : opening.partly(bytes(model.bytes), bytes(whole))}
        </span>
      </span>
      {isWhole ? (
        <Button aria-label={opening.open(repo)} disabled={!isFree} onClick={() => openKept(id)}>
          {opening.openShort}
        </Button>
      ) : (
        <Button
          aria-label={opening.resume(repo)}
          disabled={!isFree}
          onClick={() => findHubModel(addressOf(model), '')}
        >
          {opening.resumeShort}
        </Button>
      )}
      <Button
        look="quiet"
        aria-label={opening.remove(repo)}
        disabled={!isFree}
        onClick={() => deleteKept(id)}
      >
        {opening.removeShort}
      </Button>
    </li>
  )
}
