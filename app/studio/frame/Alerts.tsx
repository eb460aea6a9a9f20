// Errors that have not been dismissed: what happened, what to do, details to copy.
import { useIntents, useStudio } from '../store/context.ts'
import { Button } from '../ui/Button.tsx'
import { Checklist } from '../ui/Checklist.tsx'
import { ErrorDetails } from '../ui/ErrorDetails.tsx'
import { words } from '../words.ts'
import styles from './Alerts.module.css'

export function Alerts() {
  const alerts = useStudio((state) => state.alerts)
  const { dismissAlert } = useIntents()
  return (
    <div className={styles.alerts}>
      {alerts.map(({ id, error, stage }) => (
        <div className={styles.alert} key={id} role="alert">
          <div className={styles.text}>
            <p className={styles.message}>
              {stage && <strong>{words.activity(stage)}: </strong>}
              {error.message}
            </p>
            <p>{error.remedy}</p>
            {error.checklist && <Checklist items={error.checklist} />}
            <ErrorDetails error={error} />
          </div>
          <Button look="quiet" onClick={() => dismissAlert(id)}>
            {words.errors.dismiss}
          </Button>
        </div>
      ))}
    </div>
  )
}
