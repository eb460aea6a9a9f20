// What another runtime made of a written file: as we do, not as we do, not asked yet.
import type { FileCheck } from '../../../engine/protocol.ts'
import { differenceOf } from '../../store/exporting.ts'
import { exact, milliseconds, percent } from '../../ui/format.ts'
import { words } from '../../words.ts'
import styles from './FileCheckLine.module.css'

export function FileCheckLine({ check }: { readonly check: FileCheck }) {
  const { exporting } = words
  if (check.kind === 'failed')
    return (
      <p className={styles.line} role="alert" data-state="failed">
        <span aria-hidden="true">!</span>
        <span>{exporting.notChecked(check.error.message)}</span>
      </p>
    )
  const { n, allowed, isRounded } = check
  const { rows: differing, isAllowed } = differenceOf(check)
  if (!isAllowed)
    return (
      <p className={styles.line} role="alert" data-state="wrong">
        <span aria-hidden="true">✗</span>
        <span>{exporting.mismatch(exact(differing), exact(n), exact(allowed))}</span>
      </p>
    )
  return (
    <p className={styles.line} data-state="right">
      <span aria-hidden="true">✓</span>
      <span>
        {(isRounded ? exporting.agreesRounded : exporting.agrees)(exact(n - differing), exact(n))}
        <span className={styles.more}>{factsOf(check)}</span>
      </span>
    </p>
  )
}

function factsOf({
  accuracy,
  latency_ms: latency,
  runtime,
}: Extract<FileCheck, { kind: 'checked' }>): string {
  const { exporting } = words
  const facts = [
    accuracy === undefined ? undefined : exporting.right(percent(accuracy)),
    latency && exporting.latency(milliseconds(latency.p50), latency.tokens),
    runtime,
  ]
  return facts.filter((fact) => fact !== undefined).join(' · ')
}
