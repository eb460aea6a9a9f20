// The histogram itself; bars beyond the cut are pale, and the cut has a line and a name.
import type { TokenFacts } from '../../engine/protocol.ts'
import { exact } from '../ui/format.ts'
import { words } from '../words.ts'
import styles from './TokenBars.module.css'

const WIDTH = 340
const HEIGHT = 84
/** Room for the name of the cut above the bars, and for the scale below them. */
const TOP = 14
const BASE = 70

/** Whether the last bar holds texts beyond the scale. */
export const isOpenEnded = ({ longest, histogram }: TokenFacts) =>
  longest > histogram.width * histogram.counts.length

/** The sentence and the table beside it say the same, so readers skip the picture. */
export function TokenBars({ tokens }: { readonly tokens: TokenFacts }) {
  const { histogram, limit, cut } = tokens
  const { width, counts } = histogram
  const end = width * counts.length
  const most = Math.max(1, ...counts)
  const place = (length: number) => (WIDTH * length) / end
  const isCutSeen = limit < end
  return (
    <svg className={styles.picture} viewBox={`0 0 ${WIDTH} ${HEIGHT}`} aria-hidden="true">
      {counts.map((count, bin) => {
        const height = count === 0 ? 0 : Math.max(1, ((BASE - TOP) * count) / most)
        return (
          <rect
            // biome-ignore lint/suspicious/noArrayIndexKey: a bin is its place
            key={bin}
            className={bin * width >= limit ? styles.beyond : styles.bar}
            x={place(bin * width) + 0.5}
            y={BASE - height}
            width={Math.max(0.5, place(width) - 1)}
            height={height}
          />
        )
      })}
      <line className={styles.base} x1="0" x2={WIDTH} y1={BASE} y2={BASE} />
      <text className={styles.scale} x="0" y={HEIGHT - 2}>
        {exact(0)}
      </text>
      <text className={styles.scale} x={WIDTH} y={HEIGHT - 2} textAnchor="end">
        {isOpenEnded(tokens) ? words.data.orMore(exact(end)) : exact(end)}
      </text>
      {isCutSeen && (
        <>
          <line className={styles.cut} x1={place(limit)} x2={place(limit)} y1={TOP - 2} y2={BASE} />
          <text
            className={styles.scale}
            x={place(limit)}
            y={TOP - 4}
            textAnchor={limit > end / 2 ? 'end' : 'start'}
          >
            {words.data.cutAt(exact(cut), exact(limit), cut === 1)}
          </text>
        </>
      )}
    </svg>
  )
}
