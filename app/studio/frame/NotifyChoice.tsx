// The checkbox that asks for notifications; the browser is asked only when it is ticked.
import { useState } from 'react'
import { words } from '../words.ts'
import styles from './NotifyChoice.module.css'
import { chooseNotify, isNotifyChosen } from './notify-choice.ts'

export function NotifyChoice() {
  const [isChosen, setChosen] = useState(isNotifyChosen)
  const [isRefused, setRefused] = useState(false)
  const choose = async (isWanted: boolean) => {
    const willCome = await chooseNotify(isWanted)
    setChosen(willCome)
    setRefused(isWanted && !willCome)
  }
  return (
    <div className={styles.choice}>
      <label className={styles.label}>
        <input
          className={styles.box}
          type="checkbox"
          checked={isChosen}
          onChange={({ target }) => choose(target.checked)}
        />
        {words.keeping.notify}
      </label>
      {isRefused && (
        <p className={styles.refused} role="status">
          {words.keeping.notifyRefused}
        </p>
      )}
    </div>
  )
}
