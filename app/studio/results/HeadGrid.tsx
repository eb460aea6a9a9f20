// One button a head: shade by importance, a cross where it goes, a dot where it is pinned. Arrow keys move between them.
import { type KeyboardEvent, useState } from 'react'
import type { HeadCell, LayerMap } from '../store/importance.ts'
import { arrowStep } from '../ui/arrow-keys.ts'
import { words } from '../words.ts'
import styles from './HeadGrid.module.css'

interface HeadGridProps {
  readonly layers: readonly LayerMap[]
  readonly pins: readonly string[]
  readonly onToggle: (name: string) => void
}

export function HeadGrid({ layers, pins, onToggle }: HeadGridProps) {
  const [current, setCurrent] = useState<string>()
  const { importance } = words
  const columns = Math.max(0, ...layers.map(({ heads }) => heads.length))
  const first = layers.flatMap(({ heads }) => heads)[0]?.name
  const move = (event: KeyboardEvent<HTMLTableElement>) => {
    const step = arrowStep(event.key)
    if (!step) return
    const next = neighbor(layers, current ?? first, step)
    if (!next) return
    event.preventDefault()
    setCurrent(next.name)
    event.currentTarget.querySelector<HTMLButtonElement>(`[data-name="${next.name}"]`)?.focus()
  }
  return (
    <table className={styles.grid} aria-label={importance.heads} onKeyDown={move}>
      <thead>
        <tr>
          <th scope="col">{importance.layer}</th>
          {Array.from({ length: columns }, (_, head) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a head is its number
            <th key={head} scope="col">
              {head}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {layers.map(({ source, heads }) => (
          <tr key={source}>
            <th scope="row">{source}</th>
            {heads.map((cell) => (
              <td key={cell.name}>
                <HeadButton
                  cell={cell}
                  isPinned={pins.includes(cell.name)}
                  isCurrent={cell.name === (current ?? first)}
                  onFocus={() => setCurrent(cell.name)}
                  onToggle={() => onToggle(cell.name)}
                />
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  )
}

interface HeadButtonProps {
  readonly cell: HeadCell
  readonly isPinned: boolean
  readonly isCurrent: boolean
  readonly onFocus: () => void
  readonly onToggle: () => void
}

function HeadButton({ cell, isPinned, isCurrent, onFocus, onToggle }: HeadButtonProps) {
  const { source, head, score, level, isKept, name } = cell
  const { importance } = words
  const label = importance.cell(source, head, score.toPrecision(3), isKept)
  return (
    <button
      type="button"
      className={styles.head}
      data-name={name}
      data-level={level}
      data-kept={isKept}
      aria-label={label}
      aria-pressed={isPinned}
      title={`${label}. ${isPinned ? importance.unpin : importance.pin}`}
      tabIndex={isCurrent ? 0 : -1}
      onFocus={onFocus}
      onClick={onToggle}
    >
      {isPinned ? '●' : isKept ? '' : '×'}
    </button>
  )
}

/** The head one step away, or nothing at an edge. */
function neighbor(
  layers: readonly LayerMap[],
  name: string | undefined,
  [rows, columns]: readonly [number, number],
): HeadCell | undefined {
  const row = layers.findIndex(({ heads }) => heads.some((cell) => cell.name === name))
  const column = layers[row]?.heads.findIndex((cell) => cell.name === name) ?? -1
  return layers[row + rows]?.heads[column + columns]
}
