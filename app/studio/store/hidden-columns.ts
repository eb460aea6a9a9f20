// Which columns of the comparison a visitor hides, remembered in this browser.
import { readPreference, writePreference } from './preferences.ts'

const NAME = 'hidden-columns'

/** Keys of hidden columns; none where nothing was stored, or where the browser keeps nothing. */
export function readHiddenColumns(): readonly string[] {
  const stored = readPreference<readonly unknown[]>(NAME, [], Array.isArray)
  return stored.filter((key) => typeof key === 'string')
}

export function writeHiddenColumns(keys: readonly string[]): void {
  writePreference(NAME, keys.length === 0 ? undefined : keys)
}
