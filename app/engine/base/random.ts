// Counter-based random numbers: every value is a pure function of (seed, index), so a run can resume anywhere.

/** Mixes 32 bits (the finalizer of MurmurHash3, public domain formula). */
function mix(h: number): number {
  let x = h >>> 0
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b)
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35)
  return (x ^ (x >>> 16)) >>> 0
}

/** Uniform in [0, 1) from a seed and an index. */
export function randomAt(seed: number, index: number): number {
  return mix(mix(seed ^ 0x9e3779b9) + Math.imul(index + 1, 0x9e3779b1)) / 2 ** 32
}

/** A seed of its own for a named purpose, so that streams do not overlap. */
export function deriveSeed(seed: number, purpose: string): number {
  let h = seed >>> 0
  for (const char of purpose) h = mix(h ^ char.codePointAt(0)!)
  return h
}

/** Successive uniform values in [0, 1). */
export function createRandom(seed: number): () => number {
  let index = 0
  return () => randomAt(seed, index++)
}

/** The numbers 0…count-1 in an order given by the seed (Fisher–Yates). */
export function shuffledIndices(count: number, seed: number): number[] {
  const order = Array.from({ length: count }, (_, i) => i)
  for (let i = count - 1; i > 0; i--) {
    const j = Math.floor(randomAt(seed, i) * (i + 1))
    const kept = order[i]!
    order[i] = order[j]!
    order[j] = kept
  }
  return order
}

/** Standard normal value from a seed and an index (Box–Muller). */
export function normalAt(seed: number, index: number): number {
  const u = 1 - randomAt(seed, 2 * index)
  const v = randomAt(seed, 2 * index + 1)
  return Math.sqrt(-2 * Math.log(u)) * Math.cos(2 * Math.PI * v)
}
