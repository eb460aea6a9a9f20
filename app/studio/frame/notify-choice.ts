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

/** Shows a notification. On phones only a service worker may; where there is none, the page itself tries. */
export async function notify(title: string, body: string): Promise<void> {
  const worker = await navigator.serviceWorker?.getRegistration().catch(() => undefined)
  try {
    if (worker?.active) await worker.showNotification(title, { body })
    else new Notification(title, { body })
  } catch {
    // The browser allows it no more, or takes none from a page: the title and the table say it as well.
  }
}
