// Which columns of the comparison a visitor hides, remembered in this browser.

const KEY = 'decant.hidden-columns'

/** Keys of hidden columns; none where nothing was stored, or where the browser keeps nothing. */
export function readHiddenColumns(): readonly string[] {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(KEY) ?? '[]')
    return Array.isArray(stored) ? stored.filter((key) => typeof key === 'string') : []
  } catch {
    return []
  }
}

export function writeHiddenColumns(keys: readonly string[]): void {
  try {
    if (keys.length === 0) localStorage.removeItem(KEY)
    else localStorage.setItem(KEY, JSON.stringify(keys))
  } catch {
    // A browser that keeps nothing shows every column at the next visit; that is no reason to stop.
  }
}
