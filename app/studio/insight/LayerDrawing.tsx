// A layer drawn: a square a head, a bar for the feed-forward width; what is gone is hatched and dashed.
import { useId } from 'react'
import styles from './LayerDrawing.module.css'
import type { LayerPair, StudentLayer } from './structure.ts'

interface LayerDrawingProps {
  readonly teacher: LayerPair['teacher']
  /** Absent where the whole layer is gone. */
  readonly kept: Pick<StudentLayer, 'heads' | 'keptHeads' | 'ffn'> | undefined
}

const SIDE = 12
const GAP = 3
const PER_LINE = 12
const WIDTH = PER_LINE * (SIDE + GAP) - GAP
const BAR = 8

export function LayerDrawing({ teacher, kept }: LayerDrawingProps) {
  const pattern = useId()
  const lines = Math.max(1, Math.ceil(teacher.heads / PER_LINE))
  const barTop = lines * (SIDE + GAP)
  const height = barTop + BAR + 1
  const keptWidth = teacher.ffn === 0 ? 0 : ((kept?.ffn ?? 0) / teacher.ffn) * WIDTH
  const hatch = `url(#${pattern})`
  // Where only the count of heads is known, the first ones stand for those that stay.
  const isKept = (head: number) => kept?.keptHeads?.includes(head) ?? head < (kept?.heads ?? 0)
  return (
    <svg
      className={styles.drawing}
      viewBox={`0 0 ${WIDTH + 1} ${height}`}
      width={WIDTH + 1}
      height={height}
      aria-hidden="true"
    >
      <pattern id={pattern} width="4" height="4" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
        <line className={styles.hatch} x1="0" x2="0" y1="0" y2="4" />
      </pattern>
      {Array.from({ length: teacher.heads }, (_, head) => (
        <rect
          // biome-ignore lint/suspicious/noArrayIndexKey: a head is its number
          key={head}
          className={isKept(head) ? styles.kept : styles.gone}
          fill={isKept(head) ? undefined : hatch}
          x={0.5 + (head % PER_LINE) * (SIDE + GAP)}
          y={0.5 + Math.floor(head / PER_LINE) * (SIDE + GAP)}
          width={SIDE}
          height={SIDE}
          rx="2"
        />
      ))}
      {keptWidth < WIDTH && (
        <rect
          className={styles.gone}
          fill={hatch}
          x="0.5"
          y={barTop + 0.5}
          width={WIDTH}
          height={BAR}
          rx="2"
        />
      )}
      <rect className={styles.bar} x="0.5" y={barTop + 0.5} width={keptWidth} height={BAR} rx="2" />
    </svg>
  )
}
