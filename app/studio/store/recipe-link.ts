// A recipe in a link: deflated JSON in base64url after "#recipe=". No weights and no texts are in it.

const MARK = '#recipe='
/** A recipe takes about 1 kB; more than this is no recipe, and unpacking it would only fill memory. */
const MOST_BYTES = 100_000

/** What stands behind the page's address. @param recipe JSON text */
export async function recipeHash(recipe: string): Promise<string> {
  const packed = await pipe(new TextEncoder().encode(recipe), new CompressionStream('deflate-raw'))
  return MARK + toBase64Url(packed)
}

/** The recipe in an address's hash, or undefined where there is none. @throws Error when it is damaged or too large */
export async function recipeOfHash(hash: string): Promise<string | undefined> {
  if (!hash.startsWith(MARK)) return undefined
  const bytes = await pipe(fromBase64Url(hash.slice(MARK.length)), new DecompressionStream('deflate-raw'))
  return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
}

async function pipe(
  bytes: Uint8Array<ArrayBuffer>,
  through: CompressionStream | DecompressionStream,
): Promise<Uint8Array> {
  const reader = new Blob([bytes]).stream().pipeThrough(through).getReader()
  const parts: Uint8Array[] = []
  let length = 0
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    parts.push(next.value)
    length += next.value.length
    if (length > MOST_BYTES) throw new Error(`more than ${MOST_BYTES} bytes`)
  }
  const whole = new Uint8Array(length)
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

function toBase64Url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace(/=+$/, '')
}

function fromBase64Url(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (char) => char.charCodeAt(0))
}
