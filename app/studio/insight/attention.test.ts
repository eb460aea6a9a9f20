// Maps as paths: each cell in one shade, strong cells strong; maps by source layer; moves that stay inside.
import { describe, expect, it } from 'vitest'
import type { AttentionModel } from '../../engine/protocol.ts'
import { mapOf, moved, SHADES, shadesOf } from './attention.ts'

describe('shadesOf', () => {
  it('puts a cell at column “looked at”, row “looking”, in the shade of its share of the largest', () => {
    const shades = shadesOf(Float32Array.from([0, 0.8, 0.4, 0.41]), 2)
    expect(shades).toEqual([
      { strength: (SHADES / 2 + 0.5) / SHADES, path: 'M0 1h1v1h-1zM1 1h1v1h-1z' },
      { strength: (SHADES - 0.5) / SHADES, path: 'M1 0h1v1h-1z' },
    ])
  })

  it('draws all cells alike where all are equal', () => {
    const shades = shadesOf(new Float32Array(9).fill(1 / 3), 3)
    expect(shades).toHaveLength(1)
    expect(shades[0]!.path.match(/M/g)).toHaveLength(9)
  })
})

describe('mapOf', () => {
  const map = new Float32Array(1)
  const model: AttentionModel = { key: 'prune', layers: [{ source: 2, heads: [new Float32Array(1), map] }] }
  it('finds a layer by its source and a head by its place', () => {
    expect(mapOf(model, 2, 1)).toBe(map)
  })
  it.each([
    [model, 0, 0],
    [model, 2, 2],
    [undefined, 2, 0],
  ])('finds none in a layer, head or model that is not there', (of, source, place) => {
    expect(mapOf(of, source, place)).toBeUndefined()
  })
})

describe('moved', () => {
  const from = { query: 0, key: 2 }
  it.each([
    ['ArrowLeft', { query: 0, key: 1 }],
    ['ArrowRight', { query: 0, key: 2 }],
    ['ArrowUp', { query: 0, key: 2 }],
    ['ArrowDown', { query: 1, key: 2 }],
    ['Home', { query: 0, key: 0 }],
    ['End', { query: 0, key: 2 }],
    ['a', undefined],
  ])('by %s stays among three tokens', (key, to) => {
    expect(moved(from, key, 3)).toEqual(to)
  })
})
