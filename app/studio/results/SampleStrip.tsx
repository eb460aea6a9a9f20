// Samples of a latency on one line from zero, with the median and the 95th percentile marked, and as a list.
import { Disclosure } from '../ui/Disclosure.tsx'
import { decimals, exact, milliseconds } from '../ui/format.ts'
import { words } from '../words.ts'
import styles from './SampleStrip.module.css'

interface SampleStripProps {
  /** Milliseconds. */
  readonly samples: readonly number[]
  readonly p50: number
  readonly p95: number
}

const WIDTH = 320
const HEIGHT = 34
const EDGE = 6
/** Heights that neighboring dots take in turn, so that equal samples are told apart. */
const LANES = 4

export function SampleStrip({ samples, p50, p95 }: SampleStripProps) {
  const most = Math.max(...samples, p95)
  const x = (ms: number) => EDGE + (ms / most) * (WIDTH - 2 * EDGE)
  const label = words.source.strip(
    exact(samples.length),
    milliseconds(Math.min(...samples)),
    milliseconds(Math.max(...samples)),
  )
  return (
    <div className={styles.strip}>
      <svg className={styles.plot} viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={label}>
        <line className={styles.axis} x1={EDGE} x2={WIDTH - EDGE} y1={HEIGHT - 2} y2={HEIGHT - 2} />
        <line className={styles.median} x1={x(p50)} x2={x(p50)} y1={0} y2={HEIGHT} />
        <line className={styles.high} x1={x(p95)} x2={x(p95)} y1={0} y2={HEIGHT} />
        {samples.map((sample, i) => (
          <circle
            // biome-ignore lint/suspicious/noArrayIndexKey: a sample has no name but its place, and places do not change
            key={i}
            className={styles.dot}
            cx={x(sample)}
            cy={6 + (i % LANES) * 6}
            r={2.5}
          />
        ))}
      </svg>
      <p className={styles.label}>{label}</p>
      <Disclosure title={words.source.inOrder}>
        <p className={styles.list}>{samples.map((sample) => decimals(sample, 2)).join(' · ')}</p>
      </Disclosure>
    </div>
  )
}
