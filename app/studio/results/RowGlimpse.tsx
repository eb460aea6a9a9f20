// The row that a control works on, in one line, while the table itself has scrolled out of sight.
import { useMemo } from 'react'
import { type ComparisonRow, createComparison } from '../store/comparison.ts'
import { useStudio } from '../store/context.ts'
import type { StudioState } from '../store/state.ts'
import { compact, megabytes, milliseconds, percent } from '../ui/format.ts'
import { words } from '../words.ts'
import { useActiveStage } from './active-stage.ts'
import styles from './RowGlimpse.module.css'
import { rowName } from './row-name.ts'

/** For the eye alone: readers have the table itself, and the slider tells its own value. */
export function RowGlimpse() {
  const stage = useActiveStage('comparison')
  return stage && <Glimpse stage={stage} />
}

function Glimpse({ stage }: { readonly stage: ComparisonRow['slot'] }) {
  const rows = useStudio(useMemo(createComparison, []))
  const bitWidth = useStudio((state) => state.bitWidth)
  const row = rowOf(rows, stage, bitWidth)
  if (!row?.sizes) return null
  const { measured, isStale, sizes } = row
  const mark = isStale ? '↻ ' : ''
  return (
    <p className={styles.line} aria-hidden="true">
      <strong>{rowName(row)}</strong>
      <span>{words.glimpse.parameters(compact(sizes.parameters))}</span>
      <span>{megabytes(sizes.bytes)}</span>
      {measured && (
        <span data-stale={isStale}>
          {mark}
          {percent(measured.accuracy ?? measured.agreement)}
        </span>
      )}
      {measured && (
        <span data-stale={isStale}>
          {mark}
          {milliseconds(measured.latency_ms.p50)}
        </span>
      )}
    </p>
  )
}

/** Of quantized rows, the one of the chosen bit width. */
function rowOf(
  rows: readonly ComparisonRow[],
  stage: ComparisonRow['slot'],
  bitWidth: StudioState['bitWidth'],
): ComparisonRow | undefined {
  const ofStage = rows.filter(({ slot }) => slot === stage)
  return ofStage.find(({ scheme }) => scheme === bitWidth) ?? ofStage[0]
}
