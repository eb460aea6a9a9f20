// In place of the GPU's name: what is wrong with it, and what to do.
import type { ErrorReport } from '../../engine/protocol.ts'
import { useIntents } from '../store/context.ts'
import { Button } from '../ui/Button.tsx'
import { ErrorDetails } from '../ui/ErrorDetails.tsx'
import { words } from '../words.ts'
import styles from './GpuNotice.module.css'

export function GpuNotice({ error }: { readonly error: ErrorReport }) {
  const { dismissGpuFault } = useIntents()
  return (
    <div className={styles.notice} role="alert">
      <h2 className={styles.title}>{words.gpu.faultTitles[error.code] ?? error.message}</h2>
      <p>{error.message}</p>
      <p className={styles.remedy}>{words.gpu.faultRemedies[error.code] ?? error.remedy}</p>
      <p className={styles.note}>{words.gpu.stillReadable}</p>
      <ErrorDetails error={error} />
      {error.code === 'gpu-memory' ? (
        <Button onClick={dismissGpuFault}>{words.errors.dismiss}</Button>
      ) : (
        <Button look="primary" onClick={() => location.reload()}>
          {words.gpu.reload}
        </Button>
      )}
    </div>
  )
}
