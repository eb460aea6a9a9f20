// The measurement of this device as a dialog, opened by its button in the header or by the address; loaded when first opened.
import { lazy, Suspense, useEffect, useRef, useState } from 'react'
import { Button } from '../ui/Button.tsx'
import { words } from '../words.ts'
import styles from './DeviceDialog.module.css'
import { DEVICE_HASH, setDeviceHash } from './device-address.ts'

const DeviceView = lazy(() => import('./DeviceView.tsx'))

export function DeviceDialog() {
  const dialog = useRef<HTMLDialogElement>(null)
  const [isOpen, setOpen] = useState(false)
  const { device } = words
  useEffect(() => {
    const follow = () => {
      if (window.location.hash !== DEVICE_HASH || dialog.current?.open) return
      setOpen(true)
      dialog.current?.showModal()
    }
    follow()
    window.addEventListener('hashchange', follow)
    return () => window.removeEventListener('hashchange', follow)
  }, [])
  const noteClosed = () => {
    setOpen(false)
    setDeviceHash(false)
  }
  return (
    <dialog className={styles.dialog} ref={dialog} aria-labelledby="device-title" onClose={noteClosed}>
      <div className={styles.head}>
        <h2 className={styles.title} id="device-title">
          {device.title}
        </h2>
        <Button look="quiet" onClick={() => dialog.current?.close()}>
          {device.close}
        </Button>
      </div>
      {isOpen && (
        <Suspense fallback={<p>{device.loading}</p>}>
          <DeviceView />
        </Suspense>
      )}
    </dialog>
  )
}
