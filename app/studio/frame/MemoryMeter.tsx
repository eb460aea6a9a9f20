// GPU memory: now, peak and budget.
import { useStudio } from '../store/context.ts'
import { bytes } from '../ui/format.ts'
import { words } from '../words.ts'
import styles from './MemoryMeter.module.css'

export function MemoryMeter() {
  const memory = useStudio((state) => state.memory)
  const budget = useStudio((state) => state.gpu?.budget ?? 0)
  const { now, peak } = memory ?? { now: 0, peak: 0 }
  const limit = memory?.budget ?? budget
  const { gpu } = words
  return (
    <div className={styles.meter}>
      <meter className={styles.bar} min={0} max={limit || 1} value={now} aria-label={gpu.memory} />
      <span>
        {bytes(now)} {gpu.now} · {bytes(peak)} {gpu.peak} · {bytes(limit)} {gpu.budget}
      </span>
    </div>
  )
}
