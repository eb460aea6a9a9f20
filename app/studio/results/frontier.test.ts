// The frontier: nothing on it is beaten, everything off it is.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Dot, frontier } from './frontier.ts'

const dots = fc.array(fc.record({ x: fc.integer({ min: 1, max: 9 }), y: fc.integer({ min: 0, max: 9 }) }))
const beats = (a: Dot, b: Dot) => a.x <= b.x && a.y >= b.y && (a.x < b.x || a.y > b.y)

describe('frontier', () => {
  it('rises in both directions', () => {
    expect(
      frontier([
        { x: 4, y: 0.9 },
        { x: 1, y: 0.7 },
        { x: 2, y: 0.6 },
        { x: 4, y: 0.8 },
      ]),
    ).toEqual([
      { x: 1, y: 0.7 },
      { x: 4, y: 0.9 },
    ])
  })

  it('holds exactly what no other dot beats, one of each group of equals', () => {
    fc.assert(
      fc.property(dots, (all) => {
        const kept = frontier(all)
        for (const dot of all) {
          const isUnbeaten = !all.some((other) => beats(other, dot))
          expect(kept.some(({ x, y }) => x === dot.x && y === dot.y)).toBe(isUnbeaten)
        }
        expect(new Set(kept.map(({ x }) => x)).size).toBe(kept.length)
      }),
    )
  })

  it('is empty without dots', () => {
    expect(frontier([])).toEqual([])
  })
})
