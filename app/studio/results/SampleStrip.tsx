// Samples of a latency on one line from zero, and as a list.
import { Disclosure } from '../ui/Disclosure.tsx'
import { decimals } from '../ui/format.ts'
import { words } from '../words.ts'
import { SampleDots } from './SampleDots.tsx'
import styles from './SampleStrip.module.css'
import { samplesInWords } from './sources.ts'

interface SampleStripProps {
  /** Milliseconds. */
  readonly samples: readonly number[]
  readonly p50: number
  readonly p95: number
}

export function SampleStrip({ samples, p50, p95 }: SampleStripProps) {
  const most = Math.max(...samples, p95)
  const label = samplesInWords(samples)
  return (
    <div className={styles.strip}>
      <SampleDots label={label} samples={samples} p50={p50} p95={p95} place={(ms) => ms / most} />
      <p className={styles.label}>{label}</p>
      <Disclosure title={words.source.inOrder}>
        <p className={styles.list}>{samples.map((sample) => decimals(sample, 2)).join(' · ')}</p>
      </Disclosure>
    </div>
  )
}
