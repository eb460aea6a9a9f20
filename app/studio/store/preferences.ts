// What a user chose for this browser, kept in local storage; without it, choices last as long as the page.

const PREFIX = 'decant.'

/** The stored value if there is one and `isValid`; else the fallback. */
export function readPreference<T>(name: string, fallback: T, isValid: (value: unknown) => value is T): T {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(PREFIX + name) ?? 'null')
    return isValid(value) ? value : fallback
  } catch {
    return fallback
  }
}

export const isBoolean = (value: unknown): value is boolean => typeof value === 'boolean'

/** Stores a value, or forgets it where it is the fallback anyway; undefined is always forgotten. */
export function writePreference(name: string, value: unknown, fallback?: unknown): void {
  try {
    if (value === fallback) localStorage.removeItem(PREFIX + name)
    else localStorage.setItem(PREFIX + name, JSON.stringify(value))
  } catch {
    // Private windows may refuse storage; the choice still holds until the page is closed.
  }
}
