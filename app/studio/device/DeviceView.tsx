// Starts the measurement, shows how far it is, and what it gave.
import { ProgressLine } from '../frame/ProgressLine.tsx'
import { useIntents, useStudio } from '../store/context.ts'
import { canOpen } from '../store/steps.ts'
import { Button } from '../ui/Button.tsx'
import { words } from '../words.ts'
import { DeviceTables } from './DeviceTables.tsx'
import styles from './DeviceView.module.css'

export default function DeviceView() {
  const isReady = useStudio(canOpen)
  const isMeasuring = useStudio(({ activity }) => activity.state !== 'idle' && activity.stage === 'device')
  const report = useStudio((state) => state.device)
  const failure = useStudio(({ alerts }) => alerts.findLast(({ stage }) => stage === 'device'))
  const { measureDevice, cancel } = useIntents()
  const { device } = words
  return (
    <div className={styles.view}>
      <p className={styles.note}>{device.lead}</p>
      {isMeasuring ? (
        <div className={styles.progress}>
          <ProgressLine />
          <Button onClick={cancel}>{device.cancel}</Button>
        </div>
      ) : (
        <div className={styles.progress}>
          <Button look="primary" disabled={!isReady} onClick={measureDevice}>
            {report ? device.again : device.start}
          </Button>
          <p className={styles.note}>{isReady ? device.takes : device.busy}</p>
        </div>
      )}
      {failure && (
        <p className={styles.failure} role="alert">
          {failure.error.message} {failure.error.remedy}
        </p>
      )}
      <p className="readers-only" role="status">
        {report && !isMeasuring && device.ready}
      </p>
      {report && <DeviceTables report={report} />}
    </div>
  )
}
