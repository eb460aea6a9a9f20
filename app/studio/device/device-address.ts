// The address that opens the measurement of this device: the page's own, with a hash.

export const DEVICE_HASH = '#measure'

/** Puts the hash into the address, or takes it out, without an entry in the browser's history. */
export function setDeviceHash(isOpen: boolean): void {
  if (isOpen === (window.location.hash === DEVICE_HASH)) return
  const { pathname, search } = window.location
  window.history.replaceState(null, '', `${pathname}${search}${isOpen ? DEVICE_HASH : ''}`)
}
