// Layers × heads and the feed-forward neurons by importance; a head is pinned by a click or the keyboard.
import { useMemo } from 'react'
import { useIntents, useStudio } from '../store/context.ts'
import { type HeadCell, importanceMap } from '../store/importance.ts'
import { Disclosure } from '../ui/Disclosure.tsx'
import { exact } from '../ui/format.ts'
import { PlainTable } from '../ui/PlainTable.tsx'
import { words } from '../words.ts'
import { HeadGrid } from './HeadGrid.tsx'
import styles from './ImportanceMap.module.css'
import { NeuronStrip } from './NeuronStrip.tsx'

export function ImportanceMap() {
  const layers = useStudio((state) => state.importance)
  const pinned = useStudio((state) => state.settings.prune.pinned) as readonly string[] | undefined
  const { commitOption } = useIntents()
  const map = useMemo(() => layers && importanceMap(layers), [layers])
  const { importance } = words
  if (!map) return <p className={styles.empty}>{importance.empty}</p>
  const pins = pinned ?? []
  const toggle = (name: string) =>
    commitOption(
      'prune',
      'pinned',
      pins.includes(name) ? pins.filter((pin) => pin !== name) : [...pins, name],
    )
  const heads = map.flatMap((layer) => layer.heads)
  return (
    <>
      <p className={styles.summary}>
        {importance.summary(exact(heads.filter(({ isKept }) => isKept).length), exact(heads.length))}
      </p>
      <div className={styles.maps}>
        <HeadGrid layers={map} pins={pins} onToggle={toggle} />
        <NeuronStrip layers={map} />
      </div>
      <Disclosure title={importance.table}>
        <PlainTable
          label={importance.table}
          head={[importance.head, importance.score, importance.fate]}
          rows={heads.map((cell) => ({
            key: cell.name,
            cells: [cell.name, exactScore(cell), fate(cell, pins)],
          }))}
        />
      </Disclosure>
    </>
  )
}

const exactScore = ({ score }: HeadCell) => score.toPrecision(3)

function fate({ name, isKept }: HeadCell, pins: readonly string[]): string {
  const { importance } = words
  if (pins.includes(name)) return importance.pinned
  return isKept ? importance.kept : importance.removed
}
