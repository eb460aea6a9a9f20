// The importance map: ranks across layers, what is kept, groups of neurons.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { LayerImportance } from '../../engine/protocol.ts'
import { importanceMap } from './importance.ts'

const layer = (rest: Partial<LayerImportance>): LayerImportance => ({
  source: 0,
  heads: [],
  neurons: [],
  keptHeads: [],
  keptNeurons: [],
  isKept: true,
  ...rest,
})

describe('importanceMap', () => {
  it('ranks heads across layers and names them by the teacher’s layer', () => {
    const [first, second] = importanceMap([
      layer({ source: 2, heads: [5, 1, 9, 7, 3], keptHeads: [0, 2, 3] }),
      layer({ source: 4, heads: [6, 2, 10, 8, 4], keptHeads: [0] }),
    ])
    expect(first!.heads.map(({ level }) => level)).toEqual([2, 0, 4, 3, 1])
    expect(second!.heads.map(({ level }) => level)).toEqual([2, 0, 4, 3, 1])
    expect(second!.heads.map(({ name }) => name)).toEqual(['4.0', '4.1', '4.2', '4.3', '4.4'])
    expect(first!.heads.map(({ isKept }) => isKept)).toEqual([true, false, true, true, false])
  })

  it('draws neurons by rank, with the share of each group that stays', () => {
    const neurons = Array.from({ length: 64 }, (_, i) => (i * 37) % 64)
    const keptNeurons = neurons.flatMap((score, i) => (score >= 33 ? [i] : []))
    const [map] = importanceMap([layer({ neurons, keptNeurons })])
    expect(map!.neurons).toMatchObject({ total: 64, kept: 31 })
    expect(map!.neurons.cells.map(({ kept }) => kept)).toEqual([
      ...Array(15).fill(1),
      0.5,
      ...Array(16).fill(0),
    ])
    expect(map!.neurons.cells[0]!.level).toBe(4)
    expect(map!.neurons.cells.at(-1)!.level).toBe(0)
  })

  it('loses no neuron between cells', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 200 }), (neurons) => {
        const keptNeurons = [...neurons.keys()].filter((i) => i % 3 === 0)
        const cells = importanceMap([layer({ neurons, keptNeurons })])[0]!.neurons.cells
        expect(cells.length).toBe(Math.min(32, neurons.length))
        for (const { kept } of cells) expect(kept).toBeGreaterThanOrEqual(0)
        if (neurons.length <= 32)
          expect(cells.reduce((sum, { kept }) => sum + kept, 0)).toBe(keptNeurons.length)
      }),
    )
  })
})
