// Samples of a latency as dots on one line, with the median, the 95th percentile and the waits that people react to.
import styles from './SampleDots.module.css'

interface SampleDotsProps {
  readonly label: string
  /** Milliseconds. */
  readonly samples: readonly number[]
  readonly p50: number
  readonly p95: number
  /** Place of a time on the line, 0–1. */
  readonly place: (ms: number) => number
  /** Times to mark. */
  readonly marks?: readonly number[]
}

const HEIGHT = 34
/** Heights that neighboring dots take in turn, so that equal samples are told apart. */
const LANES = 4

export function SampleDots({ label, samples, p50, p95, place, marks = [] }: SampleDotsProps) {
  const at = (ms: number) => across(place(ms))
  const vertical = (className: string | undefined, ms: number) => (
    <line key={`${className} ${ms}`} className={className} x1={at(ms)} x2={at(ms)} y1={0} y2={HEIGHT} />
  )
  return (
    <svg className={styles.plot} height={HEIGHT} role="img" aria-label={label}>
      <line className={styles.axis} x1="0" x2="100%" y1={HEIGHT - 2} y2={HEIGHT - 2} />
      {marks.map((ms) => vertical(styles.mark, ms))}
      {vertical(styles.median, p50)}
      {vertical(styles.high, p95)}
      {samples.map((sample, i) => (
        <circle
          // biome-ignore lint/suspicious/noArrayIndexKey: a sample has no name but its place, and places do not change
          key={i}
          className={styles.dot}
          cx={at(sample)}
          cy={6 + (i % LANES) * 6}
          r={2.5}
        />
      ))}
    </svg>
  )
}

/** A place as a coordinate that leaves room for half a dot, or half a word, at the edges. */
export function across(place: number): string {
  return `${3 + 94 * place}%`
}
