// A map drawn: rows look, columns are looked at, darker is more. Pointing or arrow keys choose a cell.
import { type KeyboardEvent, type PointerEvent, useMemo } from 'react'
import { words } from '../words.ts'
import styles from './AttentionGrid.module.css'
import { type Cell, moved, shadesOf } from './attention.ts'

export interface AttentionGridProps {
  readonly title: string
  readonly tokens: readonly string[]
  /** [T · T] */
  readonly map: Float32Array
  readonly pointed: Cell | undefined
  readonly onPoint: (cell: Cell & { readonly isByKeyboard: boolean }) => void
}

/** Pixels: what a map of few tokens is given, and bounds of a cell's side. */
const WANTED = 300
const SIDES = { least: 13, most: 30 }
const LETTER = 6.6
const MOST_LETTERS = 12
/** Maps of more tokens scroll in their box, where they would be too small to read; others shrink with it. */
const MOST_TO_SHRINK = 22
const GAP = 4

export function AttentionGrid({ title, tokens, map, pointed, onPoint }: AttentionGridProps) {
  const count = tokens.length
  const side = Math.max(SIDES.least, Math.min(SIDES.most, Math.floor(WANTED / count)))
  const names = tokens.map((token) =>
    token.length > MOST_LETTERS ? `${token.slice(0, MOST_LETTERS - 1)}…` : token,
  )
  const margin = GAP + Math.ceil(Math.max(...names.map(({ length }) => length)) * LETTER)
  const shades = useMemo(() => shadesOf(map, count), [map, count])
  const size = margin + count * side + 1
  const point = (event: PointerEvent<SVGSVGElement>) => {
    const box = event.currentTarget.getBoundingClientRect()
    const shrunk = box.width / size
    const [key, query] = [event.clientX - box.left, event.clientY - box.top].map((at) =>
      Math.floor((at / shrunk - margin) / side),
    ) as [number, number]
    if ([query, key].every((at) => at >= 0 && at < count)) onPoint({ query, key, isByKeyboard: false })
  }
  const move = (event: KeyboardEvent) => {
    const next = moved(pointed ?? { query: 0, key: 0 }, event.key, count)
    if (!next || event.altKey || event.ctrlKey || event.metaKey) return
    event.preventDefault()
    onPoint({ ...next, isByKeyboard: true })
  }
  return (
    <div className={styles.scroll}>
      <svg
        className={styles.grid}
        role="img"
        aria-label={`${title}. ${words.insight.attention.keys}`}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a picture whose cells the arrow keys read out
        tabIndex={0}
        data-shrinks={count <= MOST_TO_SHRINK}
        viewBox={`0 0 ${size} ${size}`}
        width={size}
        height={size}
        onPointerMove={point}
        onPointerDown={point}
        onKeyDown={move}
      >
        {names.map((name, at) => {
          const middle = margin + (at + 0.5) * side
          return (
            // biome-ignore lint/suspicious/noArrayIndexKey: a token is its place
            <g key={at} data-token={at}>
              <text
                className={styles.token}
                x={margin - GAP}
                y={middle}
                textAnchor="end"
                dominantBaseline="central"
                data-pointed={pointed?.query === at}
              >
                {name}
              </text>
              <text
                className={styles.token}
                transform={`translate(${middle} ${margin - GAP}) rotate(-90)`}
                dominantBaseline="central"
                data-pointed={pointed?.key === at}
              >
                {name}
              </text>
            </g>
          )
        })}
        <g transform={`translate(${margin} ${margin}) scale(${side})`}>
          <rect className={styles.ground} width={count} height={count} />
          {shades.map(({ strength, path }) => (
            <path key={strength} className={styles.shade} fillOpacity={strength} d={path} />
          ))}
          {pointed && (
            <rect className={styles.pointed} x={pointed.key} y={pointed.query} width="1" height="1" />
          )}
        </g>
      </svg>
    </div>
  )
}
