// Below the rail: opens the measurement of this device.
import styles from '../share/RecipeActions.module.css'
import { Button } from '../ui/Button.tsx'
import { words } from '../words.ts'
import { DEVICE_HASH } from './device-address.ts'

export function DeviceActions() {
  const { device } = words
  const open = () => {
    window.location.hash = DEVICE_HASH
  }
  return (
    <section className={styles.actions} aria-label={device.section}>
      <h2 className={styles.title}>{device.section}</h2>
      <Button look="quiet" title={device.openHint} onClick={open}>
        {device.openShort}
        <span className="readers-only">{device.openRest}</span>
      </Button>
    </section>
  )
}
