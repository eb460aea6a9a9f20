// Attention maps as they are drawn: one path per shade, and which head of a student is which of the teacher's.
import type { AttentionModel } from '../../engine/protocol.ts'
import { arrowStep } from '../ui/arrow-keys.ts'

/** Shades of a map. More are not told apart, and a path each keeps the page small: 64 tokens are 4,096 cells. */
export const SHADES = 20

export interface Shade {
  /** 0–1: the middle of the probabilities that it stands for, relative to the largest of the map. */
  readonly strength: number
  /** Squares of side 1: column is the token looked at, row the token that looks. */
  readonly path: string
}

/** Cells of a [T · T] map by shade; cells too weak to be seen are left out. */
export function shadesOf(map: Float32Array, tokens: number): readonly Shade[] {
  const most = map.reduce((a, b) => Math.max(a, b), 0)
  const paths: string[] = Array.from({ length: SHADES }, () => '')
  for (const [at, value] of map.entries()) {
    const level = Math.min(SHADES - 1, Math.floor((value / most) * SHADES))
    paths[level] += `M${at % tokens} ${Math.floor(at / tokens)}h1v1h-1z`
  }
  return paths
    .map((path, level) => ({ path, strength: (level + 0.5) / SHADES }))
    .filter(({ path }, level) => level > 0 && path !== '')
}

/** The token that looks, and the one looked at. */
export interface Cell {
  readonly query: number
  readonly key: number
}

/** The map of one head of a layer of the teacher, by its place among the heads that are left. */
export function mapOf(model: AttentionModel | undefined, source: number, place: number) {
  return model?.layers.find((layer) => layer.source === source)?.heads[place]
}

/** Where the arrow keys, Home and End lead from a cell; undefined for other keys. */
export function moved({ query, key }: Cell, pressed: string, tokens: number): Cell | undefined {
  const within = (at: number) => Math.min(tokens - 1, Math.max(0, at))
  const step = arrowStep(pressed)
  if (step) return { query: within(query + step[0]), key: within(key + step[1]) }
  switch (pressed) {
    case 'Home':
      return { query, key: 0 }
    case 'End':
      return { query, key: tokens - 1 }
    default:
      return undefined
  }
}
