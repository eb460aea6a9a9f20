// Whether the user wants a notification when a long run ends: chosen by a checkbox, remembered in this browser.
const KEY = 'decant.notify'

const isSupported = () => 'Notification' in window

/** Chosen, and still allowed by the browser. */
export function isNotifyChosen(): boolean {
  return isSupported() && Notification.permission === 'granted' && localStorage.getItem(KEY) === 'yes'
}

/** Asks the browser for permission where it has to. @returns whether notifications will come */
export async function chooseNotify(isWanted: boolean): Promise<boolean> {
  if (!isWanted) {
    localStorage.removeItem(KEY)
    return false
  }
  if (!isSupported() || (await Notification.requestPermission()) !== 'granted') return false
  localStorage.setItem(KEY, 'yes')
  return true
}
