// The adapter, whether its kernels passed the self-test, and its memory by our own ledger.
import type { AdapterInfo } from '../../engine/protocol.ts'
import { selfTestText } from '../self-test-text.ts'
import { useStudio } from '../store/context.ts'
import { words } from '../words.ts'
import styles from './GpuChip.module.css'
import { MemoryMeter } from './MemoryMeter.tsx'

export function GpuChip() {
  const gpu = useStudio((state) => state.gpu)
  if (!gpu)
    return (
      <div className={styles.chip}>
        <span className={styles.looking}>{words.gpu.looking}</span>
      </div>
    )
  const { adapter, selfTest } = gpu
  const hasFailed = selfTest.failed.length > 0
  return (
    <section className={styles.chip} aria-label={words.gpu.label}>
      <p className={styles.name}>
        {adapterName(adapter)}
        {adapter.fallback && <span className={styles.tag}>{words.gpu.software}</span>}
      </p>
      <p className={styles.test} data-failed={hasFailed}>
        {selfTestText(gpu)}
      </p>
      <MemoryMeter />
    </section>
  )
}

function adapterName({ description, vendor, architecture }: AdapterInfo): string {
  return description || [vendor, architecture].filter(Boolean).join(' ') || words.gpu.unnamed
}
