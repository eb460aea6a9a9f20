// Asking the browser not to give up what this page keeps when it needs space.

/** A smaller download is fetched again in a moment. */
const BIG_DOWNLOAD = 20e6

/** It may refuse, and need not ask the user; nothing depends on the answer. */
export function askToKeepStorage(): void {
  navigator.storage?.persist?.().catch(() => {})
}

/** The same, if what is about to be downloaded is worth it. */
export function askToKeepDownload(bytes: number): void {
  if (bytes >= BIG_DOWNLOAD) askToKeepStorage()
}
