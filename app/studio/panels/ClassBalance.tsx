// How evenly the classes of the model are filled, the largest first.
import { useState } from 'react'
import type { ClassCount, DataDetails } from '../../engine/protocol.ts'
import { Button } from '../ui/Button.tsx'
import { Disclosure } from '../ui/Disclosure.tsx'
import { exact } from '../ui/format.ts'
import { words } from '../words.ts'
import styles from './ClassBalance.module.css'
import { ClassTable } from './ClassTable.tsx'

const SHOWN_AT_FIRST = 8

const total = ({ train, test }: ClassCount) => train + test

export function ClassBalance({ data }: { readonly data: DataDetails }) {
  const [isWhole, setWhole] = useState(false)
  const text = words.data
  if (data.label === null) return null
  const classes = [...data.classes].sort((a, b) => total(b) - total(a))
  const used = classes.filter((entry) => total(entry) > 0).map(total)
  const shown = isWhole ? classes : classes.slice(0, SHOWN_AT_FIRST)
  const most = Math.max(1, ...used)
  return (
    <Disclosure title={text.balance}>
      <p className={styles.summary}>
        {text.balanceSummary(
          exact(used.length),
          exact(classes.length),
          exact(used.at(-1) ?? 0),
          exact(used[0] ?? 0),
        )}
      </p>
      <ClassTable classes={shown} most={most} />
      {classes.length > SHOWN_AT_FIRST && (
        <Button
          look="quiet"
          aria-expanded={isWhole}
          className={styles.more}
          onClick={() => setWhole(!isWhole)}
        >
          {isWhole ? text.showFewer : text.showAll(exact(classes.length))}
        </Button>
      )}
    </Disclosure>
  )
}
