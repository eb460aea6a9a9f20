// Listens for shortcuts and lists them in a dialog (the "?" key, or the button); a switch turns them all off.
import { useContext, useEffect, useRef, useState } from 'react'
import { StudioContext } from '../store/context.ts'
import { isBoolean, readPreference, writePreference } from '../store/preferences.ts'
import { Button } from '../ui/Button.tsx'
import { words } from '../words.ts'
import styles from './Shortcuts.module.css'
import { keysOf, SHORTCUTS, shortcutOf, takesKeys } from './shortcuts.ts'

export function Shortcuts() {
  const studio = useContext(StudioContext)
  const dialog = useRef<HTMLDialogElement>(null)
  const [isOn, setOn] = useState(() => readPreference('shortcuts', true, isBoolean))
  const { shortcuts } = words
  useEffect(() => {
    if (!isOn || !studio) return
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.defaultPrevented || takesKeys(event.target, event.ctrlKey || event.metaKey)) return
      if (event.key === '?') return dialog.current?.showModal()
      const shortcut = shortcutOf(event)
      if (!shortcut) return
      event.preventDefault()
      shortcut.run(studio)
    }
    document.addEventListener('keydown', onKeyDown)
    return () => document.removeEventListener('keydown', onKeyDown)
  }, [isOn, studio])
  const change = (next: boolean) => {
    setOn(next)
    writePreference('shortcuts', next, true)
  }
  return (
    <>
      <Button look="quiet" onClick={() => dialog.current?.showModal()}>
        {shortcuts.button}
      </Button>
      <dialog className={styles.dialog} ref={dialog} aria-labelledby="shortcuts-title">
        <h2 className={styles.title} id="shortcuts-title">
          {shortcuts.title}
        </h2>
        <dl className={styles.list}>
          {SHORTCUTS.map((shortcut) => (
            <div className={styles.item} key={keysOf(shortcut)}>
              <dt>
                <kbd className={styles.keys}>{keysOf(shortcut)}</kbd>
              </dt>
              <dd>{shortcut.label}</dd>
            </div>
          ))}
          <div className={styles.item}>
            <dt>
              <kbd className={styles.keys}>?</kbd>
            </dt>
            <dd>{shortcuts.list}</dd>
          </div>
        </dl>
        <label className={styles.switch}>
          <input type="checkbox" checked={isOn} onChange={(event) => change(event.target.checked)} />
          {shortcuts.areOn}
        </label>
        <Button onClick={() => dialog.current?.close()}>{shortcuts.close}</Button>
      </dialog>
    </>
  )
}
