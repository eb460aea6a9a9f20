// One line: stage, phase, a bar, how much is done, how fast, how long it still takes.
import type { Throughput } from '../../engine/protocol.ts'
import { useStudio } from '../store/context.ts'
import { isGpuReady } from '../store/steps.ts'
import { count, duration, flops, percent, rate } from '../ui/format.ts'
import { words } from '../words.ts'
import styles from './ProgressLine.module.css'

export function ProgressLine() {
  const activity = useStudio((state) => state.activity)
  const progress = useStudio((state) => state.progress)
  const hasModel = useStudio((state) => state.model !== undefined)
  const isQueued = useStudio((state) => state.queued !== undefined)
  const canWork = useStudio(isGpuReady)
  const { run } = words
  if (!canWork) return <p className={styles.idle}>{run.noGpu}</p>
  if (activity.state === 'idle') return <p className={styles.idle}>{hasModel ? run.ready : run.waiting}</p>
  const stage = progress?.stage ?? activity.stage
  const phase = activity.state === 'paused' ? run.paused : progress && words.phases[progress.phase]
  return (
    <div className={styles.line}>
      <p className={styles.text}>
        <strong>{stage && words.activity(stage)}</strong>
        {phase && ` · ${phase}`}
      </p>
      <progress
        className={styles.bar}
        aria-label={run.label}
        max={progress?.total || 1}
        {...(progress ? { value: progress.done } : {})}
      />
      {progress && (
        <p className={styles.figures}>
          {run.of(count(progress.done), count(progress.total), progress.unit)}
          {progress.rate > 0 && ` · ${rate(progress.rate, progress.unit)}`}
          {progress.secondsLeft !== undefined && ` · ${run.left(duration(progress.secondsLeft))}`}
          {isQueued && ` · ${run.queued}`}
        </p>
      )}
      {progress?.throughput && <ThroughputText throughput={progress.throughput} />}
    </div>
  )
}

function ThroughputText({ throughput }: { readonly throughput: Throughput }) {
  const { tokensPerSecond, flopsPerSecond, shareOfRoof, paddingShare } = throughput
  const { run } = words
  return (
    // biome-ignore lint/a11y/useSemanticElements: facts that belong together, no fields
    <p className={styles.figures} role="group" aria-label={run.throughput} title={run.throughputHint}>
      {rate(tokensPerSecond, 'tokens')} · {flops(flopsPerSecond)}
      {shareOfRoof !== undefined && ` · ${run.ofRoof(percent(shareOfRoof, 0))}`}
      {` · ${run.padding(percent(paddingShare))}`}
    </p>
  )
}
