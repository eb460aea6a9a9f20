// Draws nothing: attaches to the browser what a long run needs of it.
import { useCloseWarning, useEndNotice, usePersistence, useWakeLock } from './run-hooks.ts'

export function RunGuards() {
  useWakeLock()
  useCloseWarning()
  usePersistence()
  useEndNotice()
  return null
}
