// Results that no other beats in both directions at once.

export interface Dot {
  /** Less is better. */
  readonly x: number
  /** More is better. */
  readonly y: number
}

/** Dots than which none is at once as low in x and as high in y, by rising x; one of each group of equals. */
export function frontier<T extends Dot>(dots: readonly T[]): readonly T[] {
  const sorted = [...dots].sort((a, b) => a.x - b.x || b.y - a.y)
  const kept: T[] = []
  for (const dot of sorted) if (dot.y > (kept.at(-1)?.y ?? Number.NEGATIVE_INFINITY)) kept.push(dot)
  return kept
}
