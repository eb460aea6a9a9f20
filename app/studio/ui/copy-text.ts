// Copies a text; the browser may refuse, for instance while the page is not in front.

/** @returns whether it was copied */
export function copyText(text: string): Promise<boolean> {
  return navigator.clipboard.writeText(text).then(
    () => true,
    () => false,
  )
}
