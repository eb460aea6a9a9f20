// Whether the user wants a notification when a long run ends: chosen by a checkbox, remembered in this browser.
import { isBoolean, readPreference, writePreference } from '../store/preferences.ts'

const NAME = 'notify'

const isSupported = () => 'Notification' in window

/** Chosen, and still allowed by the browser. */
export function isNotifyChosen(): boolean {
  return isSupported() && Notification.permission === 'granted' && readPreference(NAME, false, isBoolean)
}

/** Asks the browser for permission where it has to. @returns whether notifications will come */
export async function chooseNotify(isWanted: boolean): Promise<boolean> {
  if (!isWanted) {
    writePreference(NAME, false, false)
    return false
  }
  if (!isSupported() || (await Notification.requestPermission()) !== 'granted') return false
  writePreference(NAME, true, false)
  return true
}
