// Shapes side by side: layers that are gone, heads that stay and how that is known, bits with layers left in F32.
import { describe, expect, it } from 'vitest'
import { groupBytes } from '../../engine/model/spec.ts'
import type { LayerImportance, ModelRow } from '../../engine/protocol.ts'
import { row, spec } from '../store/testing.ts'
import { structureOf } from './structure.ts'

const layers = [
  { heads: 4, ffn: 64, source: 0 },
  { heads: 2, ffn: 10, source: 2 },
  { heads: 0, ffn: 0, source: 3 },
]
const importance: LayerImportance[] = [
  { source: 2, heads: [3, 1, 0, 2], neurons: [], keptHeads: [0, 3], keptNeurons: [], isKept: true },
]
const formatOf = (scheme: 'F32' | 'W4A16', embeddings: 'F32' | 'INT8') =>
  ({ scheme, groupSize: 32, embeddings, isExempt: () => false }) as const
const pruned = (rest: Partial<ModelRow> = {}) =>
  row('prune', {
    layers,
    parameters: 1234,
    group_bytes: groupBytes({ ...spec, layers }, formatOf('F32', 'F32')),
    ...rest,
  })
const structure = (options: Partial<Parameters<typeof structureOf>[0]> = {}) =>
  structureOf({ teacher: spec, teacherParameters: 9999, row: pruned(), importance, ...options })

describe('structureOf', () => {
  it('has a line for every layer of the teacher, without a student where the layer is gone', () => {
    const found = structure()
    expect(found.layers.map(({ source }) => source)).toEqual([0, 1, 2, 3])
    expect(found.layers[1]).toEqual({ source: 1, teacher: { heads: 4, ffn: 64 } })
    expect(found.layers[2]!.student).toMatchObject({ heads: 2, ffn: 10 })
    expect(found.parameters).toEqual({ teacher: 9999, student: 1234 })
  })

  it('names the heads that stay: all, those the prune told, or none', () => {
    expect(structure().layers.map(({ student }) => student?.keptHeads)).toEqual([
      [0, 1, 2, 3],
      undefined,
      [0, 3],
      [],
    ])
  })

  it('does not name heads when the prune told of another number of them, or of none', () => {
    const stale = [{ ...importance[0]!, keptHeads: [0, 1, 3] }]
    expect(structure({ importance: stale }).layers[2]!.student).not.toHaveProperty('keptHeads')
    const { importance: _, ...without } = { teacher: spec, teacherParameters: 1, row: pruned(), importance }
    expect(structureOf(without).layers[2]!.student).not.toHaveProperty('keptHeads')
  })

  it('tells 32 bits of floats, and those of a scheme but for layers left in F32', () => {
    const float = structure()
    expect([float.layers[0]!.student!.attentionBits, float.embeddingBits, float.headBits]).toEqual([
      [32],
      32,
      [32],
    ])
    const shape = { ...spec, layers }
    const packed = structure({
      row: pruned({ scheme: 'W4A16', group_bytes: groupBytes(shape, formatOf('W4A16', 'INT8')) }),
      // The student's own number of a layer: its second is the teacher's layer 2.
      options: { ignore: ['classifier', 'layers.1.ffn_up', 'layers.2.'] },
    })
    expect(packed.embeddingBits).toBe(8)
    expect(packed.headBits).toEqual([32, 4])
    expect(packed.layers.map(({ student }) => [student?.attentionBits, student?.ffnBits])).toEqual([
      [[4], [4]],
      [undefined, undefined],
      [[4], [32, 4]],
      [[32], [32]],
    ])
  })
})
